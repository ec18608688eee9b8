/* town – see town.h. A block is a lane with a compound, or a stretch of a road with
 * plain numbers; blocks are dealt to residential areas in turn, so that one road
 * runs through several. */
#include "town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct TownPlace {
    const char *road, *compound; /* compound "": a plain number on the road */
    char village[8];             /* 二村, 三期, or "" */
    int32_t lane, number;        /* lane 0: none */
    int32_t area;
} TownPlace;

const char *const spelling_titles[SPELLINGS] = {
    "plain",       "with all areas", "full width", "in words",  "compound",
    "with a room", "order changed",  "no road",    "shortened", "one wrong letter",
};

static const char *const bases[] = {
    "建设", "人民", "解放", "和平", "长宁", "江宁", "新华", "新民", "幸福", "光明", "红旗", "胜利", "团结",
    "友谊", "文化", "体育", "桃园", "桃源", "柳林", "杨柳", "梅岭", "兰溪", "云桥", "云浦", "青溪", "白鹭",
    "黄杨", "紫藤", "石泉", "金沙", "银河", "龙泉", "凤凰", "鹤鸣", "望江", "临江", "滨河", "长风", "五一",
    "三林", "大名", "广灵", "甘泉", "曲阳", "玉屏", "翠竹", "古井", "沙河", "麦田", "钟楼",
};
static const char *const tails[] = {
    "路", "东路", "西路", "南路", "北路", "中路", "一路", "二路", "街", "大道"
};
static const char *const compound_tails[] = { "新村", "小区", "花园", "公寓", "苑", "家园" };
static const char *const villages[] = { "", "", "", "一村", "二村", "三村", "一期", "二期" };
static const int32_t lanes[] = { 18, 88, 108, 128, 256, 268, 396, 512, 777, 1088 };

enum { SUBDISTRICTS = 12, RESIDENTIALS = 8, BLOCK = 24 };

uint32_t town_draw(Town *t, uint32_t below) {
    t->dice = t->dice * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(t->dice >> 33) % below;
}

static void *must_take(Town *t, size_t n) {
    void *p = arena_take(&t->arena, n);
    if (!p)
        abort();
    return p;
}

static const char *keep(Town *t, const char *z) { return strcpy(must_take(t, strlen(z) + 1), z); }

static void add_area(Town *t, const char *name, int32_t parent, bool close) {
    t->areas[t->n_areas++] = (LocateArea){ str(keep(t, name)), parent, close };
}

static void make_areas(Town *t) {
    char name[64];

    add_area(t, "江城市", -1, false);
    add_area(t, "临河区", 0, false);
    add_area(t, "望山区", 0, false);
    for (int i = 0; i < SUBDISTRICTS; i++) {
        int32_t above = t->n_areas;
        snprintf(name, sizeof name, "%s街道", bases[(i * 4 + 22) % (int)COUNT(bases)]);
        add_area(t, name, 1 + i % 2, false);
        for (int k = 0; k < RESIDENTIALS; k++) {
            snprintf(name, sizeof name, "%s居民区", bases[(i * 7 + k * 3) % (int)COUNT(bases)]);
            add_area(t, name, above, true);
        }
    }
}

/* 十二, 三百九十六. */
static void in_words(int32_t n, char *to) {
    static const char *const digits[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
    *to = 0;
    if (n >= 1000)
        strcat(strcat(to, digits[n / 1000 % 10]), "千");
    if (n % 1000 >= 100)
        strcat(strcat(to, digits[n / 100 % 10]), "百");
    if (n >= 100 && n % 100 && (n % 100 < 10 || n % 1000 < 100))
        strcat(to, "零");
    if (n % 100 >= 10)
        strcat(strcat(to, n % 100 < 20 && n < 100 ? "" : digits[n % 100 / 10]), "十");
    if (n % 10)
        strcat(to, digits[n % 10]);
}

static void full_width(int32_t n, char *to) {
    static const char *const digits[] = { "０", "１", "２", "３", "４", "５", "６", "７", "８", "９" };
    char plain[16];
    snprintf(plain, sizeof plain, "%d", n);
    *to = 0;
    for (char *p = plain; *p; p++)
        strcat(to, digits[*p - '0']);
}

static void add_place(Town *t, const TownPlace *p) {
    char address[200], alias[200];
    Str *names = must_take(t, 2 * sizeof *names);

    if (p->lane)
        snprintf(address, sizeof address, "%s%d弄%d号", p->road, p->lane, p->number);
    else
        snprintf(address, sizeof address, "%s%d号", p->road, p->number);
    snprintf(alias, sizeof alias, "%s%s%d号", p->compound, p->village, p->number);
    names[0] = str(keep(t, address));
    names[1] = str(keep(t, alias));
    t->places[t->n_places] = (LocatePlace){ names, *p->compound ? 2 : 1, p->area };
    t->more[t->n_places++] = *p;
}

static int32_t residential(int32_t block) {
    return 3 + block % SUBDISTRICTS * (RESIDENTIALS + 1) + 1 + block / SUBDISTRICTS % RESIDENTIALS;
}

/* Every lane of a road once, so that no address is given twice. */
static void make_block(Town *t, int32_t block, int32_t n_max) {
    char name[64];
    size_t n_roads = COUNT(bases) * COUNT(tails), few = (size_t)n_max / BLOCK / 4 + 10;
    n_roads = few < n_roads ? few : n_roads; /* about four blocks along each road */
    size_t road = (size_t)block * 7 % n_roads, round = (size_t)block / n_roads;
    TownPlace p = { .compound = "", .area = residential(block) };

    snprintf(name, sizeof name, "%s%s%s", round >= COUNT(lanes) ? "新" : "", bases[road % COUNT(bases)],
             tails[(road / COUNT(bases) + road % COUNT(bases)) % COUNT(tails)]);
    p.road = keep(t, name);
    bool plain = (block + (int32_t)round) % 5 == 4; /* so that many a road has lanes and plain numbers */
    if (!plain) {
        p.lane = lanes[(round + road) % COUNT(lanes)] + (int32_t)(round / COUNT(lanes)) * 1000;
        /* One draw a statement: compilers differ in which argument they work out first. */
        const char *tail = compound_tails[town_draw(t, COUNT(compound_tails))];
        const char *base = bases[town_draw(t, COUNT(bases))];
        snprintf(name, sizeof name, "%s%s", base, tail);
        if (n_max > 20000) { /* a larger city has more names */
            tail = compound_tails[town_draw(t, COUNT(compound_tails))];
            base = bases[town_draw(t, COUNT(bases))];
            snprintf(name, sizeof name, "%s%s%s", base, bases[(size_t)block % COUNT(bases)], tail);
        }
        p.compound = keep(t, name);
        strcpy(p.village, villages[town_draw(t, COUNT(villages))]);
    }
    int32_t first = plain ? (int32_t)(round * 200) : 0;
    for (int32_t i = 1; i <= BLOCK && t->n_places < n_max; i++) {
        p.number = plain ? first + i * 4 : i;
        add_place(t, &p);
    }
}

void town_make(int32_t n, uint64_t seed, Town *ret) {
    Fault f;
    Town t = { .dice = seed };

    if (arena_begin(&t.arena, (size_t)n * 400 + (1 << 20), &f) != OK)
        abort();
    t.areas = must_take(&t, (3 + SUBDISTRICTS * (RESIDENTIALS + 1)) * sizeof *t.areas);
    t.places = must_take(&t, (size_t)n * sizeof *t.places);
    t.more = must_take(&t, (size_t)n * sizeof *t.more);
    make_areas(&t);
    for (int32_t block = 0; t.n_places < n; block++)
        make_block(&t, block, n);
    t.in = (LocateInput){ t.areas, t.n_areas, t.places, t.n_places };
    *ret = t;
}

void town_end(Town *t) { arena_end(&t->arena); }

/* ---- spellings ---- */

static const char *area_name(const Town *t, int32_t area) { return t->areas[area].name.p; }

/* Lane and number with the digits of `print`. */
static void tail_of(const TownPlace *p, void (*print)(int32_t, char *), const char *space, char *to) {
    char lane[64] = "", number[64];

    print(p->number, number);
    if (p->lane)
        print(p->lane, lane);
    sprintf(to, "%s%s%s%s%s号", p->lane ? space : "", lane, p->lane ? "弄" : "", space, number);
}

static void in_digits(int32_t n, char *to) { sprintf(to, "%d", n); }

static void spell_room(Town *t, const TownPlace *p, char *to) {
    static const char *const rooms[] = { "号502室", "号楼502", "幢3单元502室", "号楼下，602室住户反映",
                                         "-502" };
    char lane[32] = "";
    if (p->lane)
        snprintf(lane, sizeof lane, "%d弄", p->lane);
    sprintf(to, "%s%s%d%s", p->road, lane, p->number, rooms[town_draw(t, p->lane ? 5 : 2)]);
}

static void spell_turned(Town *t, const TownPlace *p, char *to) {
    if (!p->lane)
        sprintf(to, "%d号，%s", p->number, p->road);
    else if (town_draw(t, 2))
        sprintf(to, "%d号，%s%d弄", p->number, p->road, p->lane);
    else
        sprintf(to, "%d弄%d号（%s）", p->lane, p->number, p->road);
}

/* The first letter of the road's name stands wrong, as heard or mistyped. */
static void spell_wrong(Town *t, const TownPlace *p, char *to) {
    static const char *const wrong[] = {
        "健", "仁", "界", "河", "常", "洪", "缘", "文", "蓝", "圆", "渐", "梁"
    };
    char address[200], tail[100];

    tail_of(p, in_digits, "", tail);
    sprintf(address, "%s%s%s", wrong[town_draw(t, COUNT(wrong))], p->road + 3, tail);
    sprintf(to, "我家楼下，就在%s门口，垃圾好几天没人收，臭得很，请尽快处理", address);
}

/* Without 路, or without the lane: with the compound said, or with nothing instead. */
static void spell_short(Town *t, const TownPlace *p, char *to) {
    char stem[100];

    if (*p->compound && town_draw(t, 2)) {
        sprintf(to, "%s上的%s%s%d号", p->road, p->compound, p->village, p->number);
        return;
    }
    if (town_draw(t, 3) == 0) {
        sprintf(to, "%s%d号", p->road, p->number);
        return;
    }
    strcpy(stem, p->road);
    char *end = strstr(stem, "大道");
    stem[end ? (size_t)(end - stem) : strlen(stem) - 3] = 0;
    if (p->lane)
        sprintf(to, "%s%d弄%d号", stem, p->lane, p->number);
    else
        sprintf(to, "%s%d号", stem, p->number);
}

void town_spell(Town *t, int32_t place, int32_t spelling, char *to) {
    const TownPlace *p = &t->more[place];
    int32_t above = t->areas[p->area].parent;
    char tail[200];

    switch (spelling) {
    case 1:
        tail_of(p, in_digits, "", tail);
        sprintf(to, "江城市%s%s%s%s%s", area_name(t, t->areas[above].parent), area_name(t, above),
                area_name(t, p->area), p->road, tail);
        return;
    case 2:
        tail_of(p, full_width, "　", tail);
        sprintf(to, "%s%s", p->road, tail);
        return;
    case 3:
        tail_of(p, in_words, "", tail);
        sprintf(to, "%s%s", p->road, tail);
        return;
    case 4:
        if (*p->compound) {
            sprintf(to, "%s%s%d号楼", p->compound, p->village, p->number);
            return;
        }
        break;
    case 5: spell_room(t, p, to); return;
    case 6: spell_turned(t, p, to); return;
    case 7:
        tail_of(p, in_digits, "", tail);
        sprintf(to, "%s%s%s", area_name(t, above), area_name(t, p->area), tail);
        return;
    case 8: spell_short(t, p, to); return;
    case 9: spell_wrong(t, p, to); return;
    default: break;
    }
    tail_of(p, in_digits, "", tail);
    sprintf(to, "%s%s", p->road, tail);
}

void town_spell_none(Town *t, char *to) {
    static const char *const unknown[] = { "淞沪路", "中山北路", "南京西路", "平型关路", "金陵东路", "四平路" };
    const TownPlace *p = &t->more[town_draw(t, (uint32_t)t->n_places)];

    switch (town_draw(t, 4)) {
    case 0: sprintf(to, "%s%d弄%d号", p->road, p->lane + 1, p->number); return;
    case 1: sprintf(to, "%s%d弄%d号", p->road, p->lane, p->number + 5000); return;
    case 2: sprintf(to, "%s%d弄%d号", unknown[town_draw(t, COUNT(unknown))], p->lane, p->number); return;
    default: sprintf(to, "%s%s%d号", *p->compound ? p->compound : p->road, "九村", p->number); return;
    }
}
