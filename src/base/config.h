/* config – the settings of one installation, each described once in config.def.
 *
 * A setting comes from its default, from DIR/jingwei.conf (`name = value`, `#`
 * comments), from the environment (JINGWEI_NAME) and from flags (--name value);
 * later ones win. A name or value that is not known is an error that names file,
 * line, setting and what is allowed; nothing is guessed or ignored. */
#ifndef JW_CONFIG_H
#define JW_CONFIG_H

#include "err.h"
#include "text.h"
#include <stdbool.h>
#include <stdint.h>

enum {
#define CONFIG(name, type, initial, secret, zh, en) CONFIG_##name,
#include "config.def"
#undef CONFIG
    CONFIG_COUNT
};

typedef struct Config {
#define TEXT(max) const char *
#define ADDRESS const char *
#define CHOICE(words) const char *
#define INT(from, to) int64_t
#define SIZE(from, to) int64_t /* bytes */
#define TIME(from, to) int64_t /* ms */
#define BOOL bool
#define CONFIG(name, type, initial, secret, zh, en) type name;
#include "config.def"
#undef CONFIG
#undef TEXT
#undef ADDRESS
#undef CHOICE
#undef INT
#undef SIZE
#undef TIME
#undef BOOL
    struct {
        const char *text; /* as it was written            */
        enum { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_ENVIRONMENT, CONFIG_FLAG } from;
        int32_t line; /* in the file                  */
    } origin[CONFIG_COUNT];
    char file[480]; /* DIR/jingwei.conf, "" if there is none */
    size_t pool_used;
    char pool[32768]; /* the texts; the pointers above lead here, so a Config is not copied */
} Config;

/* All four sources. Flags that are settings leave `argv`; others stay for the
 * command, in their order. `environment` is like environ. */
Err config_load(char **environment, int *argc, char **argv, Config *ret, Fault *f);

/* The parts of it. `where` is named in the fault: "--threads". */
void config_begin(Config *c);
Err config_set(Config *c, Str name, Str value, const char *where, Fault *f);
Err config_read(Config *c, Str text, const char *file_name, Fault *f); /* what a file holds */

/* Everything with sentences and origins, as a file that config_read accepts;
 * secrets are masked. */
void config_print(const Config *c, Buf *b);
void config_print_json(const Config *c, Buf *b);
void config_print_markdown(Buf *b); /* docs/config.md */

/* "127.0.0.1:8080", "[::1]:8080", "example.org:80": false if it is none. */
bool config_address(const char *z, char ret_host[256], int32_t *ret_port);
bool config_is_loopback(const char *host);

#endif
