/* naming_numbers – telephone and identity-card numbers.
 *
 * Telephones: mobile 1[3-9] and nine digits, fixed lines with their area code (of
 * seven or eight digits, with an extension), eight digits alone after a word like
 * 电话, anything after a +, and 410-555-0100. Not: hotlines and toll-free numbers,
 * which are nobody's; numbers after 单号 and the like; amounts. */
#include "naming_inner.h"

enum { DIGITS_MAX = 20 };

typedef struct Digits {
    int32_t v[DIGITS_MAX], n;
    int32_t group[DIGITS_MAX], groups; /* how many digits stand together */
    int32_t to;                        /* behind the last */
} Digits;

/* `want` digits from `i` on, with one mark or a dash between blanks between them. */
static bool read_digits(const NamingText *t, int32_t i, int32_t want, Digits *ret) {
    Digits d = { .groups = 1 };

    while (d.n < want) {
        int32_t digit = numeral(letter_at(t, i));
        if (digit >= 0) {
            d.v[d.n++] = digit;
            d.group[d.groups - 1]++;
            i++;
            continue;
        }
        int32_t marks = 0;
        while (marks < 3 && is_one_of(letter_at(t, i + marks), U" -.·"))
            marks++;
        if (d.n == 0 || marks == 0 || numeral(letter_at(t, i + marks)) < 0)
            return false;
        i += marks;
        d.groups++;
    }
    d.to = i;
    *ret = d;
    return true;
}

static const char32_t *const cues[] = { U"电话", U"电话号码", U"手机",   U"手机号",   U"手机号码", U"座机",
                                        U"号码", U"致电",     U"拨打",   U"联系方式", U"联系人",   U"联系",
                                        U"TEL",  U"PHONE",    U"MOBILE", U"CALL" };
static const char32_t *const labels[] = { U"编号",   U"编码",    U"单号",  U"工单",     U"案号",   U"票号",
                                          U"流水号", U"序号",    U"订单",  U"运单",     U"TICKET", U"TICKET NO",
                                          U"CASE",   U"CASE NO", U"ORDER", U"ORDER NO", U"REF",    U"REF NO" };

static bool is_ticket(const NamingText *t, int32_t i) { return follows(t, i, labels, COUNT(labels)); }

/* Behind a letter, or a point after a digit, digits are part of something longer. */
static bool free_before(const NamingText *t, int32_t i) {
    uint32_t c = letter_at(t, i - 1);

    if (is_latin(c))
        return follows(t, i, cues, COUNT(cues));
    return digits_begin(t, i) && !(c == '.' && is_digit(letter_at(t, i - 2)));
}

static bool free_after(const NamingText *t, int32_t to) {
    uint32_t c = letter_at(t, to);
    bool fraction = c == '.' && is_digit(letter_at(t, to + 1));

    return digits_end(t, to) && !fraction && !is_latin(c) && !is_one_of(c, U"元块万亿吨米%@");
}

/* ---- telephones ---- */

/* 138 0000 0000, 138-00000000, 1380000 0000, one by one; not a list of prices. */
static bool grouped_as_mobile(const Digits *d) {
    if (d->groups == 1 || d->groups == 11)
        return true;
    return d->group[0] == 3 || (d->groups == 2 && d->group[0] == 7);
}

static int32_t country_end(const NamingText *t, int32_t i) {
    static const char32_t *const codes[] = { U"+86", U"0086", U"86" };

    for (size_t k = 0; k < COUNT(codes); k++) {
        int32_t n = 0;
        while (codes[k][n] && letter_at(t, i + n) == codes[k][n])
            n++;
        if (!codes[k][n])
            return is_one_of(letter_at(t, i + n), U" -") ? i + n + 1 : i + n;
    }
    return i;
}

static int32_t mobile(const NamingText *t, int32_t i) {
    int32_t from = country_end(t, i);
    Digits d;

    for (int32_t tries = 0; tries < 2; tries++, from = i) /* 86 may be its own beginning */
        if (read_digits(t, from, 11, &d) && d.v[0] == 1 && d.v[1] >= 3 && grouped_as_mobile(&d) &&
            free_after(t, d.to))
            return d.to;
    return 0;
}

static int32_t extension_end(const NamingText *t, int32_t to) {
    int32_t i = to;

    while (letter_at(t, i) == ' ')
        i++;
    if (letter_at(t, i) != U'转' && letter_at(t, i) != '-')
        return to;
    int32_t from = letter_at(t, i + 1) == ' ' ? i + 2 : i + 1, end = from;
    while (end - from < 6 && numeral(letter_at(t, end)) >= 0)
        end++;
    return end > from && digits_end(t, end) ? end : to;
}

/* Eight or seven digits from `i` on that do not begin with 0, 1 or 9. */
static int32_t local_end(const NamingText *t, int32_t i, int32_t fewest) {
    Digits d;

    for (int32_t n = 8; n >= fewest; n--)
        if (read_digits(t, i, n, &d) && d.groups <= 2 && d.group[0] >= 3 && d.v[0] >= 2 && d.v[0] <= 8 &&
            free_after(t, d.to))
            return extension_end(t, d.to);
    return 0;
}

static int32_t fixed_line(const NamingText *t, int32_t i) {
    bool open = letter_at(t, i) == '(';
    int32_t from = open ? i + 1 : i, digits;

    if (numeral(letter_at(t, from)) != 0 || numeral(letter_at(t, from + 1)) <= 0)
        return 0;
    digits = numeral(letter_at(t, from + 1)) <= 2 ? 3 : 4; /* 010, 02x; 0xxx */
    for (int32_t k = 0; k < digits; k++)
        if (numeral(letter_at(t, from + k)) < 0)
            return 0;
    from += digits;
    if (open && letter_at(t, from) != ')')
        return 0;
    for (int32_t marks = 0; marks < 3 && is_one_of(letter_at(t, from), U" -)"); marks++)
        from++;
    return local_end(t, from, digits == 3 ? 8 : 7);
}

/* +65 6123 4567: the number of another country, eight to fifteen digits. */
static int32_t abroad(const NamingText *t, int32_t i) {
    Digits d;

    if (letter_at(t, i) != '+')
        return 0;
    for (int32_t n = 15; n >= 8; n--)
        if (read_digits(t, i + 1, n, &d) && d.v[0] > 0 && free_after(t, d.to))
            return d.to;
    return 0;
}

/* 410-555-0100 and (410) 555-0100; 800 and the like are nobody's. */
static int32_t american(const NamingText *t, int32_t i) {
    bool open = letter_at(t, i) == '(';
    int32_t from = open ? i + 1 : i;
    Digits d;

    for (int32_t k = 0; k < 3; k++)
        if (!is_digit(letter_at(t, from + k)))
            return 0;
    int32_t area = numeral(t->c[from]) * 100 + numeral(t->c[from + 1]) * 10 + numeral(t->c[from + 2]);
    bool free_of_charge = area == 400 || (area / 100 == 8 && area % 100 % 11 == 0);
    if (area < 200 || free_of_charge || (open && letter_at(t, from + 3) != ')'))
        return 0;
    from += open ? 4 : 3;
    if (!open && !is_one_of(letter_at(t, from), U" -."))
        return 0;
    for (int32_t marks = 0; marks < 3 && is_one_of(letter_at(t, from), U" -."); marks++)
        from++;
    return read_digits(t, from, 7, &d) && d.groups == 2 && d.group[0] == 3 && d.v[0] >= 2 && free_after(t, d.to)
               ? d.to
               : 0;
}

int32_t naming_phone(const NamingText *t, int32_t i) {
    uint32_t c = letter_at(t, i);
    int32_t end;

    if ((numeral(c) < 0 && c != '+' && c != '(') || !free_before(t, i) || is_ticket(t, i))
        return 0;
    if ((end = mobile(t, i)) || (end = fixed_line(t, i)) || (end = abroad(t, i)) || (end = american(t, i)))
        return end;
    return follows(t, i, cues, COUNT(cues)) ? local_end(t, i, 7) : 0;
}

/* ---- identity cards ---- */

static const char32_t *const card_cues[] = { U"身份证",   U"身份证号", U"身份证号码", U"证件号",
                                             U"证件号码", U"ID CARD",  U"ID CARD NO" };

static int32_t number_of(const Digits *d, int32_t from, int32_t n) {
    int32_t all = 0;

    for (int32_t i = from; i < from + n; i++)
        all = all * 10 + d->v[i];
    return all;
}

/* The first two digits are a province, 十一 to 九十一. */
static bool is_province(int32_t p) {
    static const char last[] = { 0, 5, 3, 7, 6, 4, 5, 1, 3, 1 };

    return p >= 11 && p <= 91 && p % 10 >= 1 && p % 10 <= last[p / 10];
}

static bool is_date(int32_t year, int32_t month, int32_t day) {
    static const char days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);

    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] && (month != 2 || day < 29 || leap);
}

static bool checks(const Digits *d, int32_t last) {
    static const char weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    static const char letters[] = { 1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2 };
    int32_t sum = 0;

    for (int32_t i = 0; i < 17; i++)
        sum += d->v[i] * weights[i];
    return letters[sum % 11] == last;
}

/* Seventeen digits and a check digit, which may be X; after 身份证 it need not check. */
static int32_t card_18(const NamingText *t, int32_t i, bool cued) {
    Digits d;

    if (!read_digits(t, i, 17, &d))
        return 0;
    int32_t at = d.to;
    for (int32_t marks = 0; marks < 1 && is_one_of(letter_at(t, at), U" -"); marks++)
        at++;
    int32_t last = letter_at(t, at) == 'X' ? 10 : numeral(letter_at(t, at)), year = number_of(&d, 6, 4);
    if (last < 0 || !(last == 10 ? !is_digit(letter_at(t, at + 1)) : digits_end(t, at + 1)) ||
        is_latin(letter_at(t, at + 1)))
        return 0;
    bool plausible = is_province(number_of(&d, 0, 2)) && year >= 1900 && year < 2100 &&
                     is_date(year, number_of(&d, 10, 2), number_of(&d, 12, 2)) && checks(&d, last);
    return plausible || cued ? at + 1 : 0;
}

/* The cards of before 1999. Nobody has one who was born before 1920; the codes of
 * unit grids, also fifteen digits, have a small number there. */
static int32_t card_15(const NamingText *t, int32_t i, bool cued) {
    Digits d;

    if (!read_digits(t, i, 15, &d) || (d.groups > 1 && !cued) || !free_after(t, d.to))
        return 0;
    int32_t year = number_of(&d, 6, 2);
    bool plausible = is_province(number_of(&d, 0, 2)) && year >= 20 &&
                     is_date(1900 + year, number_of(&d, 8, 2), number_of(&d, 10, 2));
    return plausible || cued ? d.to : 0;
}

int32_t naming_identity(const NamingText *t, int32_t i) {
    if (numeral(letter_at(t, i)) < 0 || !digits_begin(t, i) || is_latin(letter_at(t, i - 1)))
        return 0;
    bool cued = follows(t, i, card_cues, COUNT(card_cues));
    if (!cued && is_ticket(t, i))
        return 0;
    int32_t end = card_18(t, i, cued);
    return end ? end : card_15(t, i, cued);
}
