/* demo_people – see demo_people.h. The tasks stand in the order of the loop. */
#include "demo_people.h"

#include "actor.h"
#include "records.h"
#include "setting.h"

static const struct {
    Role role;
    const char *entry, *zh, *en;
} tasks[] = {
    { ROLE_DISPATCHER, "console/desk", "受理、立案、派遣", "accept, file, dispatch" },
    { ROLE_HANDLER, "console/desk", "签收派来的，办好", "take on what was sent, handle it" },
    { ROLE_PROPERTY, "console/desk", "签收派来的，办好", "take on what was sent, handle it" },
    { ROLE_GRID_WORKER, "phone/", "任务、上报、当场办结", "tasks, report, settle on the spot" },
    { ROLE_CHECKER, "console/desk", "到场核查，通过或退回", "check what was done: pass, or send back" },
    { ROLE_CALLBACK, "console/desk", "答复上报人，结案", "answer the reporter, close" },
    { ROLE_LEADER, "console/figures", "看板：每个数字都能打开", "figures: every number opens its list" },
    { ROLE_SUPERVISOR, "console/map", "地图上哪些超期了", "what is overdue on the map" },
    { ROLE_DUTY_LEAD, "console/roster", "值班表、交接班", "roster and hand-over" },
    { ROLE_SECRETARY, "console/grids", "本居民区的网格、组织、空缺",
      "grids, organisations, vacancies of an area" },
    { ROLE_SYSTEM_ADMIN, "console/settings", "设置、投递", "settings, deliveries" },
    { ROLE_SECURITY_ADMIN, "console/", "谁有什么岗位", "who holds which post" },
    { ROLE_AUDIT_ADMIN, "console/", "谁做过什么", "who did what" },
};

void demo_people_say(const DemoPerson *list, size_t n, Buf *said) {
    for (size_t i = 0; i < n; i++) {
        const Choice *role = choice_numbered(&role_choices, (int)list[i].role);
        buf_fmt(said, "  %-9s %s %s%s%s\n", list[i].login, role->zh, role->en, list[i].unit ? " · " : "",
                list[i].unit ? list[i].unit : "");
    }
}

/* Who has no first task is not offered. */
Err demo_people_offer(Tx *tx, const DemoPerson *list, size_t n, Fault *f) {
    char room[4000] = "";
    Buf b = { room, 0, sizeof room, false, 0 };
    Actor by;

    for (size_t t = 0; t < COUNT(tasks); t++)
        for (size_t i = 0; i < n; i++) {
            const DemoPerson *p = &list[i];
            const Choice *role = choice_numbered(&role_choices, (int)p->role);
            if (p->role == tasks[t].role)
                buf_fmt(&b, "%s%s|%s|%s%s%s|%s|%s|%s", b.n ? "\n" : "", p->login, tasks[t].entry, role->zh,
                        p->unit ? " · " : "", p->unit ? p->unit : "", role->en, tasks[t].zh, tasks[t].en);
        }
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &by);
    return setting_write(tx, "demo_accounts", buf_view(&b), &by, f);
}
