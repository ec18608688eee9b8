/* plan_words – what the commands of `plan` share. */
#ifndef JW_PLAN_WORDS_H
#define JW_PLAN_WORDS_H

#include "command.h"
#include "partition.h"
#include "records.h"
#include "tx.h"

/* Takes the options of a solving out of argv: --min, --seed, --cut … */
Err plan_options(int *argc, char **argv, PartitionInput *in, Fault *f);
Err plan_write(const char *path, Str bytes, Fault *f); /* whole or not at all */

Err plan_read_bytes(const char *path, Str *ret, Fault *f); /* the heap's */

/* Opens a draft and waits until it is solved; says what it is. */
Err plan_save_draft(Store *s, const PlanOpen *in, Fault *f);
int run_plan_import(const Config *c, int argc, char **argv);
int run_plan_micro(const Config *c, int argc, char **argv);

#endif
