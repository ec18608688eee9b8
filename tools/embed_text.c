/* embed_text – prints small files as C strings.
 *
 *     embed_text HEADER NAME FILE [NAME FILE …] > OUT.c
 *
 * HEADER declares the names. For data/, which a binary alone must have with it. */
#include <stdio.h>
#include <string.h>

static void print_byte(int c) {
    if (c == '\n')
        printf("\\n\"\n    \"");
    else if (c == '"' || c == '\\')
        printf("\\%c", c);
    else if (c < 32 || c > 126)
        printf("\\%03o", c);
    else
        putchar(c);
}

static int print_file(const char *name, const char *path) {
    FILE *in = fopen(path, "rb");
    int c, empty = 1;

    if (!in) {
        fprintf(stderr, "embed_text: %s cannot be read\n", path);
        return 1;
    }
    printf("const char %s[] =\n    \"", name);
    for (; (c = fgetc(in)) != EOF; empty = 0)
        print_byte(c);
    printf("\";\n");
    fclose(in);
    if (empty)
        fprintf(stderr, "embed_text: %s is empty\n", path);
    return empty;
}

int main(int argc, char **argv) {
    int failed = argc < 4 || argc % 2 != 0;

    if (failed)
        fprintf(stderr, "usage: embed_text HEADER NAME FILE [NAME FILE …] > OUT.c\n");
    else
        printf("/* Made by embed_text; do not edit. */\n#include \"%s\"\n\n", argv[1]);
    for (int i = 2; !failed && i + 1 < argc; i += 2)
        failed = print_file(argv[i], argv[i + 1]);
    return failed;
}
