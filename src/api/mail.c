/* mail – see mail.h. Subject and text go as base64, so that no line is too long and no mail
 * server on the way has anything to mend. */
#include "mail.h"

#include "clock.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

enum { LINE_BYTES = 57 }; /* 76 letters of base64 */

const char *mail_address(const char *url) { return strncasecmp(url, "mailto:", 7) == 0 ? url + 7 : NULL; }

static void put_base64(Str s, Buf *b) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < s.n; i += 3) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        size_t n = s.n - i < 3 ? s.n - i : 3;
        unsigned bits = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) | (n > 2 ? (unsigned)p[2] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_char(b, k <= n ? letters[bits >> (18 - 6 * k) & 63] : '=');
    }
}

static void put_date(int64_t now_ms, Buf *b) {
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t s = (time_t)(now_ms / 1000);
    struct tm t;

    gmtime_r(&s, &t);
    buf_fmt(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
            t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void put_subject(const Outgoing *o, Buf *b) {
    char text[120];
    const Choice *kind = choice_numbered(&notice_kind_choices, o->kind);

    if (o->n == 1)
        snprintf(text, sizeof text, "经纬：%s / Jingwei: %s", kind->zh, kind->en);
    else
        snprintf(text, sizeof text, "经纬：%zu 条通知", o->n); /* in one encoded word: 75 letters at most */
    if (strlen(text) > 45)
        snprintf(text, sizeof text, "经纬：%s", kind->zh);
    buf_str(b, "Subject: =?UTF-8?B?");
    put_base64(str(text), b);
    buf_str(b, "?=\r\n");
}

Err mail_compose(const Outgoing *o, const char *from, int64_t now_ms, Buf *b, Fault *f) {
    const char *host = strchr(from, '@');
    Str text = str(o->body);

    buf_fmt(b, "From: %s\r\nTo: %s\r\n", from, mail_address(o->url));
    put_subject(o, b);
    put_date(now_ms, b);
    buf_fmt(b, "Message-ID: <%lld%s>\r\n", (long long)o->id.v, host ? host : "@jingwei");
    buf_str(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
               "charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    for (size_t i = 0; i < text.n; i += LINE_BYTES) {
        put_base64((Str){ text.p + i, text.n - i < LINE_BYTES ? text.n - i : LINE_BYTES }, b);
        buf_str(b, "\r\n");
    }
    return b->full ? fault(f, ERR_LIMIT, "mail_large", "", "邮件太大。", "The mail is too large.") : OK;
}
