/* clock – see clock.h.
 *
 * Three parts: the clock of the machine and how tests bend it; days and dates
 * (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"); and zones,
 * read from TZif files (RFC 8536: the 64-bit block, then the footer, a POSIX TZ
 * rule for all instants after the last transition). Files without that block
 * and files that count leap seconds are refused. */
#include "clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, FILE_MAX = 256 * 1024, TRANSITIONS_MAX = 4096, TYPES_MAX = 256 };
static const int64_t ms_first = -62167219200000, ms_last = 253402300799999; /* years 0000 to 9999 */

/* ---- now ---- */

static _Atomic int64_t moved_ms, stopped_ms;

static int64_t read_ms(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now_ms(void) {
    int64_t at = atomic_load_explicit(&stopped_ms, memory_order_relaxed);
    return (at ? at : read_ms(CLOCK_REALTIME)) + atomic_load_explicit(&moved_ms, memory_order_relaxed);
}

int64_t clock_mono_ms(void) { return read_ms(CLOCK_MONOTONIC); }
void clock_move(int64_t by_ms) { moved_ms += by_ms; }

void clock_stop(int64_t at_ms) {
    moved_ms = 0;
    stopped_ms = at_ms;
}

/* ---- days ---- */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }
static int64_t in_range(int64_t ms) { return ms < ms_first ? ms_first : ms > ms_last ? ms_last : ms; }

/* Years begin in March, so that the leap day comes last; eras are 400 years. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
    int64_t y = year - (month <= 2), era = floor_div(y, 400), of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int32_t day_of_civil(int32_t year, int32_t month, int32_t day) {
    return (int32_t)days_from_civil(year, month, day);
}

void civil_of_day(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day) {
    int64_t z = (int64_t)day + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

    *ret_day = (int32_t)(of_year - (153 * m + 2) / 5 + 1);
    *ret_month = (int32_t)(m < 10 ? m + 3 : m - 9);
    *ret_year = (int32_t)(y + era * 400 + (m >= 10));
}

int day_weekday(int32_t day) {
    int64_t from_monday = ((int64_t)day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

static void two_digits(char *ret, int32_t v) {
    ret[0] = (char)('0' + v / 10);
    ret[1] = (char)('0' + v % 10);
}

/* By hand: an answer has many of them, and snprintf took a tenth of a whole call. */
void day_print(int32_t day, char ret[16]) {
    int32_t y, m, d;
    civil_of_day(day, &y, &m, &d);
    if (y < 0 || y > 9999) {
        snprintf(ret, 16, "%04d-%02u-%02u", y, (unsigned)m % 100, (unsigned)d % 100);
        return;
    }
    two_digits(ret, y / 100);
    two_digits(ret + 2, y % 100);
    ret[4] = ret[7] = '-';
    two_digits(ret + 5, m);
    two_digits(ret + 8, d);
    ret[10] = 0;
}

bool day_parse(const char *z, int32_t *ret) {
    static const char shape[] = "0000-00-00";
    int32_t part[3] = { 0 }, at = 0, y, m, d;

    for (size_t i = 0; i < sizeof shape; i++) {
        if (shape[i] != '0' ? z[i] != shape[i] : z[i] < '0' || z[i] > '9')
            return false;
        if (shape[i] == '0')
            part[at] = part[at] * 10 + (z[i] - '0');
        else
            at++;
    }
    if (part[0] < 1 || part[1] < 1 || part[1] > 12)
        return false;
    int32_t day = day_of_civil(part[0], part[1], part[2]);
    civil_of_day(day, &y, &m, &d);
    if (y != part[0] || m != part[1] || d != part[2])
        return false;
    *ret = day;
    return true;
}

static Civil civil_at(int64_t local_s) {
    Civil c;
    int64_t day = floor_div(local_s, DAY_S), s = local_s - day * DAY_S;

    civil_of_day((int32_t)day, &c.year, &c.month, &c.day);
    c.hour = (int32_t)(s / 3600);
    c.minute = (int32_t)(s / 60 % 60);
    c.second = (int32_t)(s % 60);
    return c;
}

void ms_print_iso(int64_t ms, char ret[32]) {
    Civil c = civil_at(floor_div(in_range(ms), 1000));
    int64_t part = in_range(ms) - floor_div(in_range(ms), 1000) * 1000;

    snprintf(ret, 32, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)c.year % 10000, (unsigned)c.month % 100,
             (unsigned)c.day % 100, (unsigned)c.hour % 100, (unsigned)c.minute % 100, (unsigned)c.second % 100,
             (unsigned)part);
}

/* ---- zones ---- */

/* One of the two yearly changes of a footer: on which day, at which second of
 * that day by the clock before the change (-167 to 167 hours). */
typedef struct Change {
    char kind; /* 'J' day 1–365 without leap day, '0' day 0–365, 'M' month.week.weekday */
    int32_t day, month, week;
    int32_t at_s;
} Change;

struct Zone {
    int32_t count; /* transitions, rising */
    const int64_t *at_s;
    const uint8_t *type;
    const int32_t *type_offset_s;
    bool has_rule, rule_changes; /* a footer; one with summer time */
    int32_t std_s, dst_s;        /* seconds east of UTC */
    Change to_dst, to_std;
};

static const int32_t builtin_offset_s[] = { 8 * 3600 };
static const Zone builtin = { .type_offset_s = builtin_offset_s };
static const Zone *here = &builtin;

/* The UTC second of a change in `year`, where the clock before it stood `offset_s` east. */
static int64_t change_utc_s(const Change *c, int64_t year, int32_t offset_s) {
    int64_t day = days_from_civil(year, 1, 1);

    if (c->kind == 'J') {
        bool leap = days_from_civil(year, 3, 1) - days_from_civil(year, 2, 28) == 2;
        day += c->day - 1 + (leap && c->day >= 60);
    } else if (c->kind == '0')
        day += c->day;
    else {
        int64_t first = days_from_civil(year, c->month, 1);
        int64_t next =
            c->month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, c->month + 1, 1);
        day = first + (c->day - day_weekday((int32_t)first) % 7 + 7) % 7 + (c->week - 1) * 7;
        while (day >= next) /* week 5 is the last one */
            day -= 7;
    }
    return day * DAY_S + c->at_s - offset_s;
}

/* The latest change not after `s` decides; those of the neighbouring years too,
 * because a change may lie days outside its year. At one instant (summer time
 * all the year round) the change to it wins. */
static int32_t rule_offset_s(const Zone *z, int64_t s) {
    int64_t year = civil_at(s + z->std_s).year, best = INT64_MIN;
    int32_t offset = z->std_s;

    if (!z->rule_changes)
        return offset;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t to_std = change_utc_s(&z->to_std, y, z->dst_s), to_dst = change_utc_s(&z->to_dst, y, z->std_s);
        if (to_std <= s && to_std > best) {
            best = to_std;
            offset = z->std_s;
        }
        if (to_dst <= s && to_dst >= best) {
            best = to_dst;
            offset = z->dst_s;
        }
    }
    return offset;
}

static int32_t offset_at_s(const Zone *z, int64_t s) {
    int32_t low = 0, high = z->count;

    if (z->has_rule && (z->count == 0 || s >= z->at_s[z->count - 1]))
        return rule_offset_s(z, s);
    while (low < high) { /* how many transitions are not after s */
        int32_t mid = low + (high - low) / 2;
        if (z->at_s[mid] <= s)
            low = mid + 1;
        else
            high = mid;
    }
    return z->type_offset_s[low ? z->type[low - 1] : 0];
}

int32_t zone_offset_s(const Zone *z, int64_t ms) { return offset_at_s(z, floor_div(in_range(ms), 1000)); }

Civil zone_civil(const Zone *z, int64_t ms) {
    int64_t s = floor_div(in_range(ms), 1000);
    return civil_at(s + offset_at_s(z, s));
}

/* Offsets differ by at most 26 hours from UTC, so a day to either side of the
 * reading lie the offset before and the offset after whatever happens near it. */
int64_t zone_ms(const Zone *z, Civil c) {
    int64_t local =
        days_from_civil(c.year, c.month, c.day) * DAY_S + c.hour * INT64_C(3600) + c.minute * 60 + c.second;
    int64_t before = offset_at_s(z, local - DAY_S), after = offset_at_s(z, local + DAY_S), s = local - before;

    if (before != after && offset_at_s(z, s) != before && offset_at_s(z, local - after) == after)
        s = local - after;
    return in_range(s * 1000);
}

int32_t day_of_ms(int64_t ms) {
    int64_t s = floor_div(in_range(ms), 1000);
    return (int32_t)floor_div(s + offset_at_s(here, s), DAY_S);
}

/* Where midnight is skipped, the day begins when the clock jumps. */
int64_t ms_of_day(int32_t day) {
    Civil c = { .month = 1, .day = 1 };

    civil_of_day(day, &c.year, &c.month, &c.day);
    int64_t ms = zone_ms(here, c),
            jump_s = zone_offset_s(here, ms) - zone_offset_s(here, ms - DAY_S * INT64_C(1000));
    if (jump_s > 0) { /* a reading in the gap lies as far behind the jump as the clock jumped over it */
        int64_t low = ms - jump_s * 1000, high = ms;
        while (low < high) { /* first instant of that day: days rise with instants across a forward jump */
            int64_t mid = low + (high - low) / 2;
            if (day_of_ms(mid) >= day)
                high = mid;
            else
                low = mid + 1;
        }
        ms = low;
    }
    return ms;
}

Moment moment_at(int64_t ms) { return (Moment){ ms, day_of_ms(ms) }; }
Moment moment_now(void) { return moment_at(clock_now_ms()); }

/* ---- reading the footer ---- */

static bool take_char(const char **p, char c) {
    if (**p != c)
        return false;
    ++*p;
    return true;
}

static bool take_number(const char **p, int32_t low, int32_t high, int32_t *ret) {
    int32_t n = 0, digits = 0;

    for (; **p >= '0' && **p <= '9' && digits < 4; ++*p, digits++)
        n = n * 10 + (**p - '0');
    if (!digits || n < low || n > high)
        return false;
    *ret = n;
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **p, int32_t hours_max, int32_t *ret_s) {
    bool minus = take_char(p, '-');
    int32_t h = 0, m = 0, s = 0;

    if (!minus)
        take_char(p, '+');
    if (!take_number(p, 0, hours_max, &h))
        return false;
    if (take_char(p, ':') && !take_number(p, 0, 59, &m))
        return false;
    if (m >= 0 && take_char(p, ':') && !take_number(p, 0, 59, &s))
        return false;
    *ret_s = (h * 3600 + m * 60 + s) * (minus ? -1 : 1);
    return true;
}

/* CST or <+08>; only its length is of interest. */
static bool take_name(const char **p) {
    const char *from = *p;

    if (take_char(p, '<')) {
        while (**p && **p != '>')
            ++*p;
        return *p - from >= 4 && take_char(p, '>');
    }
    while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
        ++*p;
    return *p - from >= 3;
}

static bool take_change(const char **p, Change *ret) {
    Change c = { .kind = '0', .at_s = 2 * 3600 };

    if (!take_char(p, ','))
        return false;
    if (take_char(p, 'M')) {
        c.kind = 'M';
        if (!take_number(p, 1, 12, &c.month) || !take_char(p, '.') || !take_number(p, 1, 5, &c.week) ||
            !take_char(p, '.') || !take_number(p, 0, 6, &c.day))
            return false;
    } else if (take_char(p, 'J')) {
        c.kind = 'J';
        if (!take_number(p, 1, 365, &c.day))
            return false;
    } else if (!take_number(p, 0, 365, &c.day))
        return false;
    if (take_char(p, '/') && !take_time(p, 167, &c.at_s))
        return false;
    *ret = c;
    return true;
}

/* std offset [dst [offset] , change , change]; POSIX counts offsets westward. */
static bool read_rule(const char *p, Zone *z) {
    int32_t west;

    if (!*p)
        return true;
    if (!take_name(&p) || !take_time(&p, 24, &west))
        return false;
    z->has_rule = true;
    z->std_s = -west;
    if (!*p)
        return true;
    if (!take_name(&p))
        return false;
    z->dst_s = z->std_s + 3600;
    if (*p != ',') {
        if (!take_time(&p, 24, &west))
            return false;
        z->dst_s = -west;
    }
    z->rule_changes = true;
    return take_change(&p, &z->to_dst) && take_change(&p, &z->to_std) && !*p;
}

/* ---- reading the file ---- */

static int64_t big_endian(const unsigned char *p, int bytes) {
    uint64_t u = p[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < bytes; i++)
        u = u << 8 | p[i];
    return (int64_t)u;
}

typedef struct Head {
    int64_t isut, isstd, leap, time, type, chars;
} Head;

enum { HEAD_SIZE = 44 };

/* ret_block: bytes of the block behind the header. */
static bool read_head(const unsigned char *p, int time_size, Head *ret, size_t *ret_block) {
    int64_t n[6];

    for (int i = 0; i < 6; i++) {
        n[i] = big_endian(p + 20 + i * 4, 4);
        if (n[i] < 0 || n[i] > FILE_MAX)
            return false;
    }
    *ret = (Head){ n[0], n[1], n[2], n[3], n[4], n[5] };
    *ret_block = (size_t)(n[3] * (time_size + 1) + n[4] * 6 + n[5] + n[2] * (time_size + 4) + n[1] + n[0]);
    return true;
}

static Err broken(Fault *f, const char *name, const char *zh, const char *en) {
    return fault(f, ERR_INVALID, "zone_broken", "zone",
                 "时区 %s 的数据文件已损坏（%s）。请重新安装 tzdata。%.0s",
                 "The data file of zone %s is broken (%.0s%s). Install tzdata again.", name, zh, en);
}

/* Copies the block's transitions and offsets behind the Zone itself. */
static Err read_block(const unsigned char *p, const Head *h, const char *name, Zone **ret, Fault *f) {
    size_t times = (size_t)h->time, types = (size_t)h->type;
    Zone *z = mem_alloc(sizeof *z + times * (sizeof(int64_t) + 1) + types * sizeof(int32_t));
    if (!z)
        return fault_memory(f);
    int64_t *at_s = (int64_t *)(z + 1);
    int32_t *offset = (int32_t *)(at_s + times);
    uint8_t *type = (uint8_t *)(offset + types);
    bool good = true;

    *z = (Zone){ (int32_t)times, at_s, type, offset, false, false, 0, 0, { 0 }, { 0 } };
    for (size_t i = 0; i < times; i++) {
        at_s[i] = big_endian(p + i * 8, 8);
        type[i] = p[times * 8 + i];
        good &= type[i] < types && (i == 0 || at_s[i] > at_s[i - 1]);
    }
    for (size_t i = 0; i < types; i++) {
        int64_t s = big_endian(p + times * 9 + i * 6, 4);
        good &= s > -26 * 3600 && s < 26 * 3600;
        offset[i] = (int32_t)s;
    }
    if (!good) {
        zone_close(z);
        return broken(f, name, "转换表有误", "its transitions make no sense");
    }
    *ret = z;
    return OK;
}

Err zone_read(Str bytes, const char *name, Zone **ret, Fault *f) {
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t n = bytes.n, block;
    Head h;
    Zone *z = NULL;
    char rule[128];

    if (n < HEAD_SIZE || memcmp(p, "TZif", 4) != 0)
        return broken(f, name, "不是 TZif 文件", "it is not TZif");
    if (p[4] < '2')
        return broken(f, name, "没有 64 位数据", "it has no 64-bit data");
    if (!read_head(p, 4, &h, &block) || HEAD_SIZE + block + HEAD_SIZE > n)
        return broken(f, name, "文件不完整", "it is cut off");
    p += HEAD_SIZE + block;
    n -= HEAD_SIZE + block;
    if (memcmp(p, "TZif", 4) != 0)
        return broken(f, name, "没有第二个文件头", "it has no second header");
    if (!read_head(p, 8, &h, &block) || h.time > TRANSITIONS_MAX || h.type < 1 || h.type > TYPES_MAX)
        return broken(f, name, "计数有误", "its counts make no sense");
    if (h.leap > 0)
        return broken(f, name, "含闰秒", "it counts leap seconds");
    if (HEAD_SIZE + block + 2 > n || p[HEAD_SIZE + block] != '\n')
        return broken(f, name, "文件不完整", "it is cut off");
    const unsigned char *from = p + HEAD_SIZE + block + 1, *to = memchr(from, '\n', n - HEAD_SIZE - block - 1);
    if (!to || (size_t)(to - from) >= sizeof rule || memchr(from, 0, (size_t)(to - from)))
        return broken(f, name, "没有尾部规则", "it has no footer");
    memcpy(rule, from, (size_t)(to - from));
    rule[to - from] = 0;
    TRY(read_block(p + HEAD_SIZE, &h, name, &z, f));
    if (!read_rule(rule, z)) {
        zone_close(z);
        return broken(f, name, "尾部规则有误", "its footer makes no sense");
    }
    *ret = z;
    return OK;
}

/* Area/City, one or two slashes; nothing that leaves the directory. */
static bool name_valid(const char *z) {
    size_t n = strlen(z);

    if (n == 0 || n > 60 || z[0] == '/' || z[n - 1] == '/')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!((z[i] >= 'A' && z[i] <= 'Z') || (z[i] >= 'a' && z[i] <= 'z') || (z[i] >= '0' && z[i] <= '9') ||
              strchr("_+-/", z[i])))
            return false;
    return !strstr(z, "//");
}

Err zone_open(const char *name, Zone **ret, Fault *f) {
    const char *dir = getenv("TZDIR");
    char path[512];
    FILE *file = NULL;

    if (!dir || !*dir)
        dir = "/usr/share/zoneinfo";
    if (name_valid(name) && snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path)
        file = fopen(path, "rbe");
    if (!file)
        return fault(f, ERR_INVALID, "zone_missing", "zone",
                     "没有名为“%s”的时区（在 %s 中查找）。请写成 Asia/Shanghai 这样的名称，并安装 tzdata。",
                     "There is no zone \"%s\" in %s. Write a name like Asia/Shanghai, and install tzdata.",
                     name, dir);
    char *room = mem_alloc(FILE_MAX);
    size_t n = room ? fread(room, 1, FILE_MAX, file) : 0;
    bool failed = ferror(file) != 0;
    Err e = !room    ? fault_memory(f)
            : failed ? broken(f, name, "无法读取", "it cannot be read")
                     : zone_read((Str){ room, n }, name, ret, f);
    mem_free(room);
    fclose(file);
    return e;
}

void zone_close(Zone *z) { mem_free(z); }
const Zone *zone_here(void) { return here; }

Err zone_install(const char *name, Fault *f) {
    Zone *z;

    TRY(zone_open(name, &z, f));
    if (here != &builtin)
        zone_close((Zone *)(uintptr_t)here);
    here = z;
    return OK;
}
