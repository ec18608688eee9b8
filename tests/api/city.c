/* city – see city.h. */
#include "city.h"

#include "demo.h"
#include "installation.h"
#include "keys.h"
#include "store.h"

TestDb city_db;
Store *city;
Fault fa;
char answer[1 << 20];

void city_ok(Err e, const char *file, int line) {
    if (e != OK)
        fail_msg("%s:%d: %s [%s] %s", file, line, fa.en, fa.key, fa.detail);
}

void city_open(Dialect d, bool demo) {
    char said[2048] = "";
    Buf b = { said, 0, sizeof said, false, 0 };
    KeyRing *ring;
    int32_t id;

    record_begin();
    assert_ok(keyring_new(&ring, &fa));
    assert_ok(keyring_grow(ring, &id, &fa));
    keys_use(ring);
    testdb_make(d, NULL, 0, false, &city_db);
    assert_ok(store_open(&city_db.config, &city, &fa));
    if (demo)
        assert_ok(demo_make(city, str("$none"), 7, &b, &fa));
}

void city_close(void) {
    installation_close(city);
    city = NULL;
    testdb_drop(&city_db);
}

Actor actor_as(Role role, int64_t unit, int64_t account) {
    Actor a;
    actor_in(role, str("0"), (OrgId){ unit }, &a);
    a.account.v = a.scope.self = account;
    return a;
}

Err call(const char *op, const Actor *by, const char *json) { return call_keyed(op, by, json, NULL); }

Err call_keyed(const char *op, const Actor *by, const char *json, const char *client_key) {
    Arena a;
    Buf out = { answer, 0, sizeof answer, false, 0 };
    OpCall c = {
        .op = op_named(str(op)), .store = city, .slot = -1, .body = str(json), .arena = &a, .out = &out
    };

    answer[0] = 0;
    assert_non_null(c.op);
    c.client_key = client_key ? str(client_key) : (Str){ 0 };
    actor_copy(by, &c.by);
    TRY(arena_begin(&a, 8 << 20, &fa));
    Err e = op_call(&c, &fa);
    arena_end(&a);
    return e;
}

int64_t answered(const char *name) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *p = strstr(answer, key);
    if (!p)
        fail_msg("no \"%s\" in %.300s", name, answer);
    p += strlen(key);
    return strtoll(*p == '"' ? p + 1 : p, NULL, 10);
}

void step(const Actor *by, int64_t id, const char *act, const char *more, Err expected) {
    Actor dispatcher = actor_as(ROLE_DISPATCHER, 0, 1);
    char json[512];

    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &dispatcher, json));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)id,
             (long long)answered("revision"), act, more);
    Err e = call("case.act", by, json);
    if (e != expected)
        fail_msg("%s: %s, not %s: %s", act, err_name(e), err_name(expected), e ? fa.en : "");
}
