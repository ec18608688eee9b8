/* locate_fold – the first step of reading an address: letters that mean the same
 * become the same (full width, capitals, 號 and 号, STREET and ST), and numbers
 * become tokens with what they count. Every letter remembers the bytes of the
 * text it came from, so that a span can be shown and cut out. */
#include "locate_inner.h"

#include <string.h>

/* ---- letters ---- */

bool letter_is_cjk(uint32_t c) { return c >= 0x2E80 && !(c >= 0xFF00 && c <= 0xFFEF); }
static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }
static bool is_capital(uint32_t c) { return c >= 'A' && c <= 'Z'; }
bool letter_is_word(uint32_t c) { return is_digit(c) || is_capital(c) || c == '\''; }

static bool one_of(uint32_t c, const char32_t *set) {
    for (; *set; set++)
        if (*set == c)
            return true;
    return false;
}

bool letter_ends_road(uint32_t c) { return one_of(c, U"路街道巷径堤"); }

bool letters_are(const Folded *t, int32_t at, const char32_t *what) {
    for (; *what; what++, at++)
        if (at < 0 || at >= t->n || t->c[at] != *what)
            return false;
    return true;
}

/* The next letter of the text; a byte that begins none is U+FFFD by itself. */
static uint32_t next_letter(Str s, size_t at, size_t *ret_n) {
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t more = p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC2 ? 1 : 0;
    uint32_t c = more == 3 ? p[0] & 7u : more == 2 ? p[0] & 15u : more == 1 ? p[0] & 31u : p[0];

    *ret_n = 1;
    if (p[0] >= 0x80 && (more == 0 || p[0] > 0xF4 || s.n - at <= more))
        return 0xFFFD;
    for (size_t i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0xFFFD;
        c = c << 6 | (p[i] & 63u);
    }
    *ret_n = more + 1;
    return c;
}

static uint32_t fold_letter(uint32_t c) {
    static const char32_t pairs[] =
        U"號号樓楼棟栋橦幢單单園园東东區区門门莊庄衖弄華华廣广灣湾橋桥龍龙﹟#＃#–-—-～-~-－-〇零○零";

    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 'A';
    if (c == 0x3000 || c == '\t' || c == 0xA0)
        return ' ';
    if (c < 0x80 && c != '~')
        return c;
    for (const char32_t *p = pairs; *p; p += 2)
        if (*p == c)
            return p[1];
    return c;
}

/* ---- Latin words ---- */

static const struct {
    const char *word, *abbreviation;
} latin[] = {
    { "STREET", "ST" },   { "AVENUE", "AVE" },  { "ROAD", "RD" },       { "BOULEVARD", "BLVD" },
    { "DRIVE", "DR" },    { "LANE", "LN" },     { "COURT", "CT" },      { "PLACE", "PL" },
    { "SQUARE", "SQ" },   { "TERRACE", "TER" }, { "CRESCENT", "CRES" }, { "NORTH", "N" },
    { "SOUTH", "S" },     { "EAST", "E" },      { "WEST", "W" },        { "PARKWAY", "PKWY" },
    { "HIGHWAY", "HWY" }, { "CIRCLE", "CIR" },  { "BLOCK", "BLK" },
};

/* The word that ends at `n` as it is abbreviated; its last letter stands for the rest. */
static int32_t abbreviate(Folded *t, int32_t n) {
    int32_t from = n;

    while (from > 0 && is_capital(t->c[from - 1]))
        from--;
    for (size_t k = 0; k < COUNT(latin); k++) {
        int32_t len = (int32_t)strlen(latin[k].word), i = 0;
        if (len != n - from)
            continue;
        while (i < len && t->c[from + i] == (uint32_t)latin[k].word[i])
            i++;
        if (i < len)
            continue;
        for (i = 0; latin[k].abbreviation[i]; i++)
            t->c[from + i] = (uint32_t)latin[k].abbreviation[i];
        t->to[from + i - 1] = t->to[n - 1];
        return from + i;
    }
    return n;
}

/* ---- folding ---- */

/* A space says something between Latin words only. */
static void tidy_spaces(Folded *t) {
    int32_t n = 0;

    for (int32_t i = 0; i < t->n; i++) {
        bool space = t->c[i] == ' ';
        if (space && (n == 0 || i + 1 == t->n || t->c[n - 1] == ' ' || letter_is_cjk(t->c[n - 1]) ||
                      letter_is_cjk(t->c[i + 1]) || t->c[i + 1] == ' '))
            continue;
        t->c[n] = t->c[i];
        t->from[n] = t->from[i];
        t->to[n] = t->to[i];
        n++;
    }
    t->n = n;
}

Err locate_fold(Str text, Arena *a, Folded *ret, Fault *f) {
    size_t step, room = (text.n + 1) * sizeof(int32_t);
    Folded t = { arena_raw(a, room), arena_raw(a, room), arena_raw(a, room), 0 };

    if (!t.c || !t.from || !t.to)
        return fault_arena(f);
    for (size_t at = 0; at < text.n; at += step) {
        uint32_t c = fold_letter(next_letter(text, at, &step));
        if (c >= 0x200B && c <= 0x200F)
            continue; /* no width */
        if (t.n && !is_capital(c) && is_capital(t.c[t.n - 1]))
            t.n = abbreviate(&t, t.n);
        t.c[t.n] = c;
        t.from[t.n] = (int32_t)at;
        t.to[t.n] = (int32_t)(at + step);
        t.n++;
    }
    if (t.n)
        t.n = abbreviate(&t, t.n);
    tidy_spaces(&t);
    *ret = t;
    return OK;
}

/* ---- values ---- */

/* Up to six digits; more are a telephone. *ret_at stands behind them. */
static bool read_digits(const Folded *t, int32_t *at, int32_t *ret) {
    int32_t i = *at, value = 0;

    while (i < t->n && is_digit(t->c[i]) && i - *at < 7)
        value = value * 10 + (int32_t)(t->c[i++] - '0');
    if (i == *at || i - *at > 6)
        return false;
    *at = i;
    *ret = value;
    return true;
}

static int32_t chinese_digit(uint32_t c) {
    static const char32_t digits[] = U"零一二三四五六七八九";

    for (int32_t i = 0; digits[i]; i++)
        if (digits[i] == c)
            return i;
    return c == U'两' ? 2 : -1;
}

/* 三十二, 三百九十六, 三九六, 廿三, 十. */
static bool read_chinese(const Folded *t, int32_t *at, int32_t *ret) {
    static const char32_t tens[] = U"十廿卅卌";
    int32_t i = *at, value = 0, digit = -1;

    for (; i < t->n && i - *at < 10; i++) {
        uint32_t c = t->c[i];
        int32_t d = chinese_digit(c), unit = c == U'百' ? 100 : c == U'千' ? 1000 : 0;
        for (int32_t k = 0; tens[k]; k++)
            if (tens[k] == c && k > 0)
                d = -2 - k; /* 廿: twenty in itself */
        if (c == U'十')
            unit = 10;
        if (d >= 0)
            digit = digit < 0 ? d : digit * 10 + d; /* 三九六 is said digit by digit */
        else if (d < -1) {
            value += (-1 - d) * 10;
            digit = -1;
        } else if (unit) {
            value += (digit < 0 ? 1 : digit) * unit;
            digit = -1;
        } else
            break;
        if (value > 999999 || digit > 999999)
            return false;
    }
    if (i == *at)
        return false;
    *ret = value + (digit < 0 ? 0 : digit);
    *at = i;
    return true;
}

static uint8_t read_letter(const Folded *t, int32_t at) {
    static const char32_t stems[] = U"甲乙丙丁戊己庚辛";

    if (at >= t->n)
        return 0;
    if (is_capital(t->c[at]))
        return at + 1 < t->n && letter_is_word(t->c[at + 1]) ? 0 : (uint8_t)(t->c[at] - 'A' + 1);
    for (uint8_t i = 0; stems[i]; i++)
        if (stems[i] == t->c[at])
            return (uint8_t)(i + 1);
    return 0;
}

/* ---- what a number counts ---- */

/* The longer word before the shorter. NUM_BARE here: no number of an address. */
static const struct {
    const char32_t *word;
    NumClass cls;
} markers[] = {
    { U"号楼", NUM_BUILDING }, { U"号院", NUM_LANE },    { U"号大院", NUM_LANE },   { U"号线", NUM_BARE },
    { U"号桥", NUM_BARE },     { U"号码", NUM_BARE },    { U"号口", NUM_BARE },     { U"号出口", NUM_BARE },
    { U"号房", NUM_ROOM },     { U"号", NUM_BUILDING },  { U"支弄", NUM_ZONE },     { U"弄", NUM_LANE },
    { U"巷", NUM_LANE },       { U"街坊", NUM_ZONE },    { U"村", NUM_VILLAGE },    { U"期", NUM_PHASE },
    { U"单元", NUM_UNIT },     { U"区", NUM_ZONE },      { U"组", NUM_ZONE },       { U"队", NUM_ZONE },
    { U"幢楼", NUM_BUILDING }, { U"幢", NUM_BUILDING },  { U"栋楼", NUM_BUILDING }, { U"栋", NUM_BUILDING },
    { U"座", NUM_BUILDING },   { U"室", NUM_ROOM },      { U"房", NUM_ROOM },       { U"层", NUM_FLOOR },
    { U"楼", NUM_FLOOR },      { U"#楼", NUM_BUILDING }, { U"#", NUM_BUILDING },    { U"门", NUM_UNIT },
};

static bool read_marker(const Folded *t, int32_t *at, NumClass *ret) {
    for (size_t i = 0; i < COUNT(markers); i++)
        if (letters_are(t, *at, markers[i].word)) {
            for (const char32_t *w = markers[i].word; *w; w++)
                ++*at;
            *ret = markers[i].cls;
            return true;
        }
    return false;
}

static void put_number(Tokens *ret, int32_t from, int32_t to, NumClass cls, Num num) {
    num.set = true;
    if (ret->n < ret->max)
        ret->list[ret->n++] = (Token){ .from = from, .to = to, .kind = TOKEN_NUMBER, .cls = cls, .num = num };
}

/* ---- numbers with dashes: 12-14号, 12-3号, 12-502, 12-1-502 ---- */

typedef struct Dashed {
    int32_t value[3], from[3], to[3], n;
    uint8_t letter;
} Dashed;

static bool read_dashed(const Folded *t, int32_t *at, Dashed *ret) {
    Dashed d = { .n = 0 };
    int32_t i = *at;

    do {
        d.from[d.n] = i;
        if (!read_digits(t, &i, &d.value[d.n]))
            break;
        d.to[d.n++] = i;
        if (d.n == 1 && (d.letter = read_letter(t, i)))
            d.to[0] = ++i;
        *at = i;
    } while (d.n < 3 && i < t->n && one_of(t->c[i], U"-之至到") && i++ >= 0);
    *ret = d;
    return d.n > 0;
}

enum { RANGE_MAX = 100 };

static bool is_range(const Dashed *d) {
    return d->value[0] < d->value[1] && d->value[1] - d->value[0] <= RANGE_MAX;
}

static void put_pair(const Dashed *d, int32_t from, int32_t to, NumClass cls, Tokens *ret) {
    Num num = { .lo = d->value[0], .hi = d->value[0], .letter = d->letter };

    if (d->n == 2 && is_range(d))
        num.hi = d->value[1];
    else if (d->n == 2)
        num.sub = (uint16_t)(d->value[1] & 0xFFFF);
    put_number(ret, from, to, cls, num);
}

/* The last of several is a room, the middle one a unit. */
static void put_with_room(const Dashed *d, int32_t from, int32_t to, Tokens *ret) {
    int32_t last = d->n - 1;

    put_number(ret, from, d->to[0], NUM_BARE,
               (Num){ .lo = d->value[0], .hi = d->value[0], .letter = d->letter });
    if (last == 2)
        put_number(ret, d->to[0], d->to[1], NUM_UNIT, (Num){ .lo = d->value[1], .hi = d->value[1] });
    put_number(ret, d->to[last - 1], to, NUM_ROOM, (Num){ .lo = d->value[last], .hi = d->value[last] });
}

/* 1400 BLK N CHARLES ST is the whole hundred. */
static int32_t put_bare(const Folded *t, const Dashed *d, int32_t from, int32_t to, Tokens *ret) {
    bool latin_range = d->n == 2 && d->value[0] >= 100 && is_range(d);

    if (d->n == 1 && letters_are(t, to, U" BLK ")) {
        put_number(ret, from, to + 4, NUM_BUILDING, (Num){ .lo = d->value[0], .hi = d->value[0] + 99 });
        return to + 4;
    }
    if (d->n == 3 || (d->n == 2 && d->value[1] >= 100 && d->value[0] < 1000 && !latin_range))
        put_with_room(d, from, to, ret);
    else
        put_pair(d, from, to, NUM_BARE, ret);
    return to;
}

/* Digits at `at`; returns where to go on. */
static int32_t number_of_digits(const Folded *t, int32_t at, Tokens *ret) {
    Dashed d;
    NumClass cls;
    int32_t end = at, from = at;

    if (!read_dashed(t, &end, &d)) {
        while (at < t->n && is_digit(t->c[at]))
            at++;
        return at;
    }
    bool date = at > 0 && t->c[at - 1] == U'月';
    if (letters_are(t, at - 4, U"BLK "))
        from = at - 4;
    if (at > 0 && t->c[at - 1] == '#' && !letters_are(t, end, U"楼")) { /* #05-12 */
        put_number(ret, at - 1, end, NUM_ROOM, (Num){ .lo = d.value[0], .hi = d.value[0] });
        return end;
    }
    if (!read_marker(t, &end, &cls)) {
        if (end < t->n && one_of(t->c[end], U"个年月天点元米吨户人平次岁时分日块万亿楼%.:"))
            return end;
        if (from == at)
            return put_bare(t, &d, from, end, ret);
        cls = NUM_BUILDING;
    }
    if (cls == NUM_BARE || date)
        return end;
    if (cls == NUM_ROOM && d.n > 1)
        put_with_room(&d, from, end, ret);
    else
        put_pair(&d, from, end, cls, ret);
    return end;
}

/* 三十二号, A座, 甲幢: only what is followed by a word that counts. */
static int32_t number_in_words(const Folded *t, int32_t at, Tokens *ret) {
    Num num = { 0 };
    NumClass cls;
    int32_t end = at;

    if (read_chinese(t, &end, &num.lo)) {
        num.hi = num.lo;
        if (end < t->n && t->c[end] == U'之' && chinese_digit(t->c[end + 1 < t->n ? end + 1 : end]) >= 0) {
            num.sub = (uint16_t)chinese_digit(t->c[end + 1]);
            end += 2;
        }
        if (!read_marker(t, &end, &cls))
            return at + 1; /* 五一路 */
        if (cls != NUM_BARE && !(at > 0 && one_of(t->c[at - 1], U"月第")))
            put_number(ret, at, end, cls, num);
        return end;
    }
    num.letter = read_letter(t, at);
    end = at + 1;
    if (num.letter && !(at > 0 && letter_is_word(t->c[at - 1])) && read_marker(t, &end, &cls) &&
        (cls == NUM_BUILDING || cls == NUM_ZONE)) {
        put_number(ret, at, end, cls, num);
        return end;
    }
    return at + 1;
}

/* 幸福路12号3号楼: the first is the compound's number, as a lane's is. */
static void lanes_of_buildings(Tokens *t) {
    for (int32_t i = 0; i + 1 < t->n; i++)
        if (t->list[i].cls == NUM_BUILDING && t->list[i + 1].cls == NUM_BUILDING &&
            t->list[i].to == t->list[i + 1].from)
            t->list[i].cls = NUM_LANE;
}

void locate_numbers(const Folded *t, Tokens *ret) {
    for (int32_t i = 0; i < t->n;) {
        if (is_digit(t->c[i]) && i > 0 && is_capital(t->c[i - 1])) {
            while (i < t->n && letter_is_word(t->c[i])) /* A2, of something else */
                i++;
        } else
            i = is_digit(t->c[i]) ? number_of_digits(t, i, ret) : number_in_words(t, i, ret);
    }
    lanes_of_buildings(ret);
}
