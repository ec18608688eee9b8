/* date_text – see date_text.h. A cursor over the text; every step either takes
 * what it wants or sets `wrong`, and whoever reads looks once, at the end. */
#include "date_text.h"

#include <string.h>
#include <strings.h>

enum { HOUR_S = 3600, LOOK_AHEAD_MS = 12 * HOUR_S * 1000 };

typedef struct Reading {
    const char *p, *end;
    bool wrong, afternoon, half_day, offset_given;
    int32_t offset_s;
    Civil c;
    int32_t ms;
} Reading;

/* ---- pieces ---- */

static bool at_digit(const Reading *r) { return r->p < r->end && *r->p >= '0' && *r->p <= '9'; }

static int32_t number(Reading *r, int digits_min, int digits_max, int32_t low, int32_t high) {
    int32_t n = 0;
    int digits = 0;

    for (; digits < digits_max && at_digit(r); digits++)
        n = n * 10 + (*r->p++ - '0');
    r->wrong |= digits < digits_min || n < low || n > high;
    return n;
}

static bool take(Reading *r, char c) {
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static void spaces(Reading *r) {
    while (r->p < r->end && *r->p == ' ')
        r->p++;
}

static void half_of_day(Reading *r) {
    bool am = r->end - r->p >= 2 && strncasecmp(r->p, "AM", 2) == 0,
         pm = r->end - r->p >= 2 && strncasecmp(r->p, "PM", 2) == 0;

    r->wrong |= !am && !pm;
    r->half_day = true;
    r->afternoon = pm;
    if (am || pm)
        r->p += 2;
}

static int32_t month_name(Reading *r) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int32_t i = 0; i < 12 && r->end - r->p >= 3; i++)
        if (strncasecmp(r->p, names + (size_t)i * 3, 3) == 0) {
            r->p += 3;
            return i + 1;
        }
    r->wrong = true;
    return 1;
}

/* Z, +08:00, +0800 or +08 */
static void offset(Reading *r) {
    int32_t sign = 1;

    r->offset_given = true;
    if (take(r, 'Z'))
        return;
    if (take(r, '-'))
        sign = -1;
    else
        r->wrong |= !take(r, '+');
    r->offset_s = number(r, 2, 2, 0, 18) * HOUR_S;
    if (take(r, ':') || at_digit(r))
        r->offset_s += number(r, 2, 2, 0, 59) * 60;
    r->offset_s *= sign;
}

static void fraction(Reading *r) {
    int32_t unit = 100;

    r->wrong |= !at_digit(r);
    for (; at_digit(r); r->p++, unit /= 10)
        r->ms += (*r->p - '0') * unit;
}

/* ---- the two kinds of format ---- */

static void read_letter(Reading *r, char letter) {
    switch (letter) {
    case 'Y': r->c.year = number(r, 4, 4, 1, 9999); break;
    case 'y': {
        int32_t y = number(r, 2, 2, 0, 99);
        r->c.year = y < 69 ? 2000 + y : 1900 + y;
        break;
    }
    case 'm': r->c.month = number(r, 1, 2, 1, 12); break;
    case 'b': r->c.month = month_name(r); break;
    case 'd': r->c.day = number(r, 1, 2, 1, 31); break;
    case 'H': r->c.hour = number(r, 1, 2, 0, 23); break;
    case 'I': r->c.hour = number(r, 1, 2, 1, 12) % 12; break;
    case 'M': r->c.minute = number(r, 2, 2, 0, 59); break;
    case 'S': r->c.second = number(r, 2, 2, 0, 59); break;
    case 'p': half_of_day(r); break;
    case 'z': offset(r); break;
    default: r->wrong |= !take(r, letter); break;
    }
}

static void read_pattern(Reading *r, Str format) {
    for (size_t i = 0; i < format.n && !r->wrong; i++)
        if (format.p[i] == '%' && i + 1 < format.n)
            read_letter(r, format.p[++i]);
        else if (format.p[i] == ' ') {
            r->wrong |= r->p == r->end || *r->p != ' ';
            spaces(r);
        } else
            r->wrong |= !take(r, format.p[i]);
}

static void read_iso(Reading *r) {
    read_pattern(r, str("%Y-%m-%d"));
    if (r->p == r->end || r->wrong)
        return;
    if (!take(r, 'T'))
        r->wrong |= !take(r, ' ');
    read_pattern(r, str("%H:%M"));
    if (take(r, ':'))
        r->c.second = number(r, 2, 2, 0, 59);
    if (take(r, '.'))
        fraction(r);
    if (r->p < r->end)
        offset(r);
}

/* ---- formats ---- */

static bool is_iso(Str format) { return str_is(format, "iso"); }

Err date_format_check(Str format, Fault *f) {
    bool year = is_iso(format), month = year, day = year, hour12 = false, half = false;

    for (size_t i = 0; !is_iso(format) && i < format.n; i++) {
        if (format.p[i] != '%')
            continue;
        char letter = i + 1 < format.n ? format.p[++i] : 0;
        if (!letter || !strchr("YymbdHIMSpz%", letter))
            return fault(
                f, ERR_INVALID, "date_format", "date",
                "日期格式“%.*s”里有不认识的字母 %%%c：可用 %%Y %%y %%m %%b %%d %%H %%I %%M %%S %%p %%z，或 "
                "iso。",
                "The date format “%.*s” has an unknown letter %%%c: there are %%Y %%y %%m %%b %%d %%H %%I "
                "%%M %%S %%p %%z, or the word iso.",
                (int)format.n, format.p, letter ? letter : ' ');
        year |= letter == 'Y' || letter == 'y';
        month |= letter == 'm' || letter == 'b';
        day |= letter == 'd';
        hour12 |= letter == 'I';
        half |= letter == 'p';
    }
    if (!year || !month || !day || hour12 != half)
        return fault(f, ERR_INVALID, "date_format", "date",
                     "日期格式“%.*s”要有年、月、日；%%I 和 %%p 要一起用。",
                     "The date format “%.*s” needs year, month and day; %%I and %%p go together.",
                     (int)format.n, format.p);
    return OK;
}

/* ---- instants ---- */

static bool same_reading(Civil a, Civil b) {
    return a.year == b.year && a.month == b.month && a.day == b.day && a.hour == b.hour &&
           a.minute == b.minute && a.second == b.second;
}

static bool is_day(Civil c) {
    int32_t year, month, day;

    civil_of_day(day_of_civil(c.year, c.month, c.day), &year, &month, &day);
    return year == c.year && month == c.month && day == c.day;
}

static DateText in_zone(const Zone *z, Civil c) {
    DateText t = { .ms = zone_ms(z, c) };
    int64_t back_s = zone_offset_s(z, t.ms) - zone_offset_s(z, t.ms + LOOK_AHEAD_MS);

    t.skipped = !same_reading(zone_civil(z, t.ms), c);
    t.twice = !t.skipped && back_s > 0 && same_reading(zone_civil(z, t.ms + back_s * 1000), c);
    return t;
}

bool date_text_read(Str format, Str text, const Zone *z, DateText *ret) {
    Reading r = { .p = text.p, .end = text.p + text.n };
    DateText t = { 0 };

    if (is_iso(format))
        read_iso(&r);
    else
        read_pattern(&r, format);
    if (r.half_day && r.afternoon)
        r.c.hour += 12;
    if (r.wrong || r.p != r.end || !is_day(r.c))
        return false;
    if (r.offset_given)
        t.ms = (((int64_t)day_of_civil(r.c.year, r.c.month, r.c.day) * 24 + r.c.hour) * HOUR_S +
                r.c.minute * 60 + r.c.second - r.offset_s) *
               1000;
    else
        t = in_zone(z, r.c);
    t.ms += r.ms;
    *ret = t;
    return true;
}
