/* naming_others – plates of vehicles, mail addresses, names in chats. */
#include "naming_inner.h"

/* ---- plates ---- */

static bool is_plate_letter(uint32_t c) { return is_digit(c) || (is_latin(c) && c != 'I' && c != 'O'); }

/* 沪A12345, 沪A·12345, 沪 A 12345, with four and 学 or 挂, or six of a new-energy car.
 * At least three are digits, which words are not. */
int32_t naming_plate(const NamingText *t, int32_t i) {
    int32_t at = i + 1, from, digits = 0;

    if (!is_one_of(letter_at(t, i), U"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"))
        return 0;
    at += letter_at(t, at) == ' ';
    if (!is_latin(letter_at(t, at)))
        return 0;
    at++;
    at += is_one_of(letter_at(t, at), U" ·-.");
    for (from = at; at - from < 6 && is_plate_letter(letter_at(t, at)); at++)
        digits += is_digit(t->c[at]);
    if (at - from == 4 && is_one_of(letter_at(t, at), U"学警挂港澳领使试超"))
        at++;
    uint32_t next = letter_at(t, at);
    bool whole = at - from >= 5 && !is_digit(next) && !is_latin(next);
    return whole && digits >= 3 ? at : 0;
}

/* ---- mail ---- */

static bool is_name_letter(uint32_t c) { return is_digit(c) || is_latin(c) || is_one_of(c, U"._-+%"); }

static int32_t run_end(const NamingText *t, int32_t i, int32_t most) {
    int32_t end = i;

    while (end - i <= most && is_name_letter(letter_at(t, end)))
        end++;
    return end;
}

int32_t naming_mail(const NamingText *t, int32_t i) {
    enum { NAME_MAX_LETTERS = 64, HOST_MAX_LETTERS = 120 };

    if (!is_name_letter(letter_at(t, i)) || is_name_letter(letter_at(t, i - 1)))
        return 0;
    int32_t at = run_end(t, i, NAME_MAX_LETTERS);
    if (letter_at(t, at) != '@' || at - i > NAME_MAX_LETTERS)
        return 0;
    int32_t host = at + 1, end = run_end(t, host, HOST_MAX_LETTERS), dot = 0;
    while (end > host && is_one_of(t->c[end - 1], U".-_+%"))
        end--; /* the full stop of the sentence */
    for (int32_t k = host; k < end; k++)
        dot = t->c[k] == '.' ? k : dot;
    return dot > host && end - dot >= 3 && is_latin(t->c[dot + 1]) ? end : 0;
}

/* ---- chats ---- */

static const char32_t *const chats[] = { U"微信",   U"微信号", U"WECHAT", U"WECHAT ID",
                                         U"WEIXIN", U"VX",     U"WX",     U"V信" };
static const char32_t *const qqs[] = { U"QQ", U"QQ号" };

/* A word alone after 微信 is one only if it has a digit, or a colon before it. */
static int32_t chat_name(const NamingText *t, int32_t i) {
    int32_t end = i, digits = 0;

    while (end - i <= 20 && (is_digit(letter_at(t, end)) || is_latin(letter_at(t, end)) ||
                             is_one_of(letter_at(t, end), U"_-"))) {
        digits += is_digit(t->c[end]) || t->c[end] == '_';
        end++;
    }
    bool said = letter_at(t, i - 1) == ':' || (letter_at(t, i - 1) == ' ' && letter_at(t, i - 2) == ':');
    return end - i >= 6 && end - i <= 20 && (digits || said) ? end : 0;
}

int32_t naming_chat(const NamingText *t, int32_t i) {
    uint32_t c = letter_at(t, i);
    int32_t end = i;

    if (is_latin(c) && !is_latin(letter_at(t, i - 1)) && follows(t, i, chats, COUNT(chats)))
        return chat_name(t, i);
    if (!is_digit(c) || !digits_begin(t, i) || !follows(t, i, qqs, COUNT(qqs)))
        return 0;
    while (end - i <= 11 && is_digit(letter_at(t, end)))
        end++;
    return end - i >= 5 && end - i <= 11 ? end : 0;
}
