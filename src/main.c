/* main – wiring only; the commands are in cli/. */
#include "cli.h"

extern char **environ;

int main(int argc, char **argv) { return cli_main(argc, argv, environ); }
