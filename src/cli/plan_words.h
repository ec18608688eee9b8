/* plan_words – what the commands of `plan` share. */
#ifndef JW_PLAN_WORDS_H
#define JW_PLAN_WORDS_H

#include "command.h"
#include "partition.h"

/* Takes the options of a solving out of argv: --min, --seed, --cut … */
Err plan_options(int *argc, char **argv, PartitionInput *in, Fault *f);
Err plan_write(const char *path, Str bytes, Fault *f); /* whole or not at all */

int run_plan_micro(const Config *c, int argc, char **argv);

#endif
