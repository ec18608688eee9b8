/* import_orgs – `jingwei import orgs`: the units, and what they serve. */
#include "import.h"

#include "orgs_file.h"

#include <string.h>

int import_orgs(const Config *c, int argc, char **argv) {
    const char *area = command_option(&argc, argv, "--area"), *word = command_option(&argc, argv, "--kind");
    bool json = command_json();
    const Choice *kind = word ? choice_worded(&org_kind_choices, str(word)) : NULL;
    OrgsImport what = { .area = area ? str(area) : (Str){ 0 }, .kind = kind ? (OrgKind)kind->number : 0 };
    Installation in = command_installation(c);
    ImportFile file = { 0 };
    OrgsCount n = { 0 };
    Store *s = NULL;
    Fault f;

    if (argc != 1 || strncmp(argv[0], "--", 2) == 0 || (word && !kind))
        return import_usage("orgs");
    Err e = import_file_open(argv[0], &file, &f);
    e = e == OK ? installation_open(&in, &s, &f) : e;
    e = e == OK ? orgs_import(s, &what, import_file_pull, &file, &n, &f) : e;
    installation_close(s);
    import_file_close(&file);
    if (e != OK)
        return command_fault(&f);
    if (json)
        printf("{\"units\":%lld,\"there\":%lld,\"duties\":%lld}\n", (long long)n.units, (long long)n.there,
               (long long)n.duties);
    else
        printf("单位：新增 %lld 个，已有 %lld 个；职责：新增 %lld 项\n"
               "Units: %lld made, %lld there already; duties: %lld added\n",
               (long long)n.units, (long long)n.there, (long long)n.duties, (long long)n.units,
               (long long)n.there, (long long)n.duties);
    return EXIT_OK;
}
