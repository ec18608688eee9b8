/* naming_rooms – the number of a home. What stands before it, lane, building and
 * entrance, is the place and stays: of 12号楼3单元501室 it is 501室, of 3-2-501 the
 * 501. Not: 三室一厅, 地下室, 302病房, the 15th of a month, 12号20点. */
#include "naming_inner.h"

static int32_t digits_from(const NamingText *t, int32_t i, int32_t most) {
    int32_t n = 0;

    while (n <= most && is_digit(letter_at(t, i + n)))
        n++;
    return n;
}

/* 五〇一, 三百零一: at least two, for 三室 is how many rooms there are. */
static int32_t words_from(const NamingText *t, int32_t i) {
    int32_t n = 0;

    while (n <= 6 && !is_digit(letter_at(t, i + n)) &&
           (numeral(letter_at(t, i + n)) >= 0 || is_one_of(letter_at(t, i + n), U"十百千")))
        n++;
    return n;
}

static bool is_word(uint32_t c) { return numeral(c) >= 0 || is_one_of(c, U"十百千"); }

/* ---- 501室, 501A室, 五〇一室, 501房 ---- */

static bool is_home(const NamingText *t, int32_t at) {
    uint32_t next = letter_at(t, at + 1);

    if (letter_at(t, at) == U'室')
        return !is_one_of(letter_at(t, at + 2), U"厅卫厨户") ||
               (numeral(next) < 0 && next != U'两'); /* 12室2厅 */
    return letter_at(t, at) == U'房' && !is_one_of(next, U"屋产价东客管地改型源租贷子主款补两") &&
           numeral(next) < 0;
}

static int32_t room_end(const NamingText *t, int32_t at) {
    return at + (letter_at(t, at) == U'房' && letter_at(t, at + 1) == U'间' ? 2 : 1);
}

static int32_t before_home(const NamingText *t, int32_t i) {
    int32_t n = digits_from(t, i, 5), at;

    if (n == 0) {
        n = words_from(t, i);
        return n >= 2 && n <= 6 && !is_word(letter_at(t, i - 1)) && is_home(t, i + n) ? room_end(t, i + n) : 0;
    }
    if (n < 2 || n > 5 || is_digit(letter_at(t, i - 1)))
        return 0;
    at = i + n;
    at += is_latin(letter_at(t, at)) && !is_latin(letter_at(t, at + 1));
    at += letter_at(t, at) == ' ';
    return is_home(t, at) ? room_end(t, at) : 0;
}

/* ---- 12号楼501, 3单元502, 3-2-501 ---- */

/* 101 to 6040: a floor and a door. */
static bool is_door(const NamingText *t, int32_t i, int32_t n) {
    int32_t all = 0;

    for (int32_t k = 0; k < n; k++)
        all = all * 10 + (int32_t)(t->c[i + k] - '0');
    return n >= 3 && n <= 4 && t->c[i] != '0' && all % 100 >= 1 && all % 100 <= 40 && all / 100 <= 60;
}

/* What would make another thing of the number: 12号301路, 5号2000元, 3楼1001人. */
static bool stands_alone(const NamingText *t, int32_t at) {
    at += letter_at(t, at) == ' ';
    return !is_digit(letter_at(t, at)) && !is_latin(letter_at(t, at)) &&
           !is_one_of(
               letter_at(t, at),
               U"年月日路元块米人个天次分点时辆%多余弄号/:-~万千百斤度平吨公层栋楼户只条件份线名岁医病教会");
}

/* 31栋2407号, 9栋1819号房: behind a building a door may be called so, too. */
static int32_t numbered_end(const NamingText *t, int32_t end) {
    if (letter_at(t, end) != U'号')
        return end;
    return is_one_of(letter_at(t, end + 1), U"房室") ? end + 2 : end + 1;
}

static int32_t behind_building(const NamingText *t, int32_t i) {
    static const char32_t *const of_building[] = { U"号楼", U"栋", U"幢", U"单元", U"座", U"号门", U"号" };
    int32_t n = digits_from(t, i, 5), at = i, end = numbered_end(t, i + n);
    bool found = false;
    size_t known = COUNT(of_building) - (end > i + n); /* 12号501号 is a list of houses */

    if (!is_digit(letter_at(t, i)) || !is_door(t, i, n) || !stands_alone(t, end))
        return 0;
    at -= letter_at(t, at - 1) == ' ';
    for (size_t k = 0; k < known && !found; k++) {
        int32_t length = of_building[k][1] ? 2 : 1, before = at - length;
        bool same = true;
        for (int32_t j = 0; j < length; j++)
            same = same && letter_at(t, before + j) == of_building[k][j];
        found = same && (numeral(letter_at(t, before - 1)) >= 0 || is_latin(letter_at(t, before - 1)));
        while (found && length == 1 && numeral(letter_at(t, before - 1)) >= 0)
            before--;
        found = found && letter_at(t, before - 1) != U'月'; /* 5月12号 is a day */
    }
    return found ? end : 0;
}

static bool is_year(const NamingText *t, int32_t i, int32_t n) {
    return n == 4 && ((t->c[i] == '1' && t->c[i + 1] == '9') || (t->c[i] == '2' && t->c[i + 1] == '0'));
}

/* The 501 of 3-2-501: building, entrance, door; not the 2024 of 5-12-2024. */
static int32_t third_of_three(const NamingText *t, int32_t i) {
    int32_t n = digits_from(t, i, 5), at = i - 1, entrance = 0, building = 0;

    if (letter_at(t, at) != '-' || !is_digit(letter_at(t, i)) || !is_door(t, i, n) || is_year(t, i, n) ||
        !stands_alone(t, i + n))
        return 0;
    while (entrance <= 2 && is_digit(letter_at(t, at - 1 - entrance)))
        entrance++;
    at -= 1 + entrance;
    if (entrance < 1 || entrance > 2 || letter_at(t, at) != '-')
        return 0;
    while (building <= 3 && is_digit(letter_at(t, at - 1 - building)))
        building++;
    uint32_t first = letter_at(t, at - 1 - building);
    return building >= 1 && building <= 3 && first != '-' && first != '.' ? i + n : 0;
}

/* ---- Room 501, Apt 4B, #12-05 ---- */

static int32_t latin_room(const NamingText *t, int32_t i) {
    static const char32_t *const words[] = { U"ROOM", U"RM",     U"APARTMENT", U"APT",
                                             U"FLAT", U"UNIT #", U"UNIT",      U"#" };
    int32_t at = i, n;

    if (is_latin(letter_at(t, i - 1)) || is_digit(letter_at(t, i - 1)))
        return 0;
    for (size_t k = 0; k < COUNT(words) && at == i; k++) {
        for (n = 0; words[k][n] && letter_at(t, i + n) == words[k][n];)
            n++;
        at = words[k][n] ? i : i + n;
    }
    if (at == i)
        return 0;
    bool pair = t->c[i] == '#' || t->c[i] == 'U'; /* #12-05; "unit 12" is an organisation */
    for (int32_t marks = 0; marks < 3 && is_one_of(letter_at(t, at), pair ? U" " : U" .#:"); marks++)
        at++;
    int32_t first = digits_from(t, at, 4), end = at + first;
    if (first < 1 || first > 4)
        return 0;
    if (letter_at(t, end) == '-') {
        int32_t second = digits_from(t, end + 1, 4);
        return second >= 2 && second <= 4 ? end + 1 + second : 0;
    }
    bool lettered = is_latin(letter_at(t, end));
    end += lettered;
    return !pair && (lettered || first >= 2) && !is_latin(letter_at(t, end)) && !is_digit(letter_at(t, end))
               ? end
               : 0;
}

int32_t naming_room(const NamingText *t, int32_t i) {
    uint32_t c = letter_at(t, i);
    int32_t end;

    if (is_latin(c) || c == '#')
        return latin_room(t, i);
    if (!is_word(c))
        return 0;
    if ((end = before_home(t, i)) || (end = behind_building(t, i)))
        return end;
    return third_of_three(t, i);
}
