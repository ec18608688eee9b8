/* command – what the commands share: their list, settings, and how they speak. */
#ifndef JW_COMMAND_H
#define JW_COMMAND_H

#include "config.h"
#include "installation.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct Command {
    const char *name, *arguments, *sentence;
    bool words;                                         /* does it take any? else they are refused */
    int (*run)(const Config *c, int argc, char **argv); /* argv[0] is the first word after the command */
} Command;
extern const Command commands[];
extern const size_t commands_count;

int command_usage(const Command *c); /* prints it, EXIT_USAGE */
int command_fault(const Fault *f);   /* both languages to stderr, EXIT_FAILED */
int command_misused(const Fault *f); /* the same, EXIT_USAGE */
const Command *command_named(const char *name);

/* The value after `flag` ("--as"), taken out of argv; NULL: not given. */
const char *command_option(int *argc, char **argv, const char *flag);
bool command_json(void); /* --json, which every command takes: facts and faults for machines */
bool command_flag(int *argc, char **argv, const char *flag); /* was it given? taken out too */

Installation command_installation(const Config *c);

int run_serve(const Config *c, int argc, char **argv);
int run_area(const Config *c, int argc, char **argv);
int run_area_crosswalk(const Config *c, int argc, char **argv);
int run_area_merge(const Config *c, int argc, char **argv);
int run_call(const Config *c, int argc, char **argv);
int run_user(const Config *c, int argc, char **argv);
int run_import(const Config *c, int argc, char **argv);
int run_plan(const Config *c, int argc, char **argv);
int run_locate(const Config *c, int argc, char **argv);
int run_export(const Config *c, int argc, char **argv);
int run_retain(const Config *c, int argc, char **argv);
int run_webhook(const Config *c, int argc, char **argv);
int run_demo(const Config *c, int argc, char **argv);

#endif
