/* area_crosswalk – `jingwei area crosswalk A B [FILE]`: two layers that cut the same city
 * otherwise, pair by pair as a table (.csv) or a map (.geojson), and what does not fit in
 * words (port/crosswalk_file.h; docs/crosswalk.md is the manual). */
#include "plan_words.h"

#include "crosswalk_file.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 30 };

static bool ends_in(const char *path, const char *what) {
    size_t n = strlen(path), k = strlen(what);
    return n > k && strcmp(path + n - k, what) == 0;
}

static void say_side(const char *own, const char *other, const CrosswalkSide *s) {
    printf("%s：%d，其中 %d 个在 %s 的一个网格之内 / areas, %d of them within one of %s\n", own, s->areas,
           s->whole, other, s->whole, other);
    for (int32_t i = 0; i < s->n_worst; i++) {
        const CrosswalkMismatch *m = &s->worst[i];
        printf("  %s → ", m->code);
        if (m->most[0])
            printf("%s %.1f %%（%lld / %lld 户 households）", m->most, m->share * 100,
                   (long long)m->households_most, (long long)m->households);
        else
            printf("– 不在其中 / in none");
        if (m->next[0])
            printf("，%s %.1f %%", m->next, m->next_share * 100);
        printf("\n");
    }
    int32_t more = s->areas - s->whole - s->n_worst;
    if (more > 0)
        printf("  … +%d\n", more);
}

static void say(const CrosswalkOptions *how, const CrosswalkDone *d) {
    if (command_json()) {
        printf("{\"pairs\":%lld,\"places\":%lld,\"places_apart\":%lld,\"a\":{\"areas\":%d,\"whole\":%d},"
               "\"b\":{\"areas\":%d,\"whole\":%d}}\n",
               (long long)d->pairs, (long long)d->places, (long long)d->apart, d->a.areas, d->a.whole,
               d->b.areas, d->b.whole);
        return;
    }
    printf("有共同地面的网格对 / pairs with ground in common: %lld\n", (long long)d->pairs);
    printf("有坐标的地点 / places with coordinates: %lld（不在任何一对内 / in none of the pairs: %lld）\n",
           (long long)d->places, (long long)d->apart);
    say_side(how->a.p, how->b.p, &d->a);
    say_side(how->b.p, how->a.p, &d->b);
}

int run_area_crosswalk(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    CrosswalkOptions how = { .wanted = argc == 4 };
    CrosswalkDone done;
    Store *s = NULL;
    Buf out = { 0 };
    Fault f;

    if (argc < 3 || argc > 4 || (argc == 4 && !ends_in(argv[3], ".csv") && !ends_in(argv[3], ".geojson")))
        return command_usage(command_named("area"));
    how.a = str(argv[1]);
    how.b = str(argv[2]);
    how.map = argc == 4 && ends_in(argv[3], ".geojson");
    in.existing = true;
    Err e = buf_begin(&out, 1 << 16, FILE_BYTES_MAX, &f);
    e = e == OK ? installation_open(&in, &s, &f) : e;
    e = e == OK ? crosswalk_file(s, &how, &out, &done, &f) : e;
    e = e == OK && how.wanted ? plan_write(argv[3], buf_view(&out), &f) : e;
    if (e == OK)
        say(&how, &done);
    installation_close(s);
    if (out.max)
        buf_end(&out);
    return e == OK ? EXIT_OK : command_fault(&f);
}
