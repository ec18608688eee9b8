/* cli – the commands. Each has --help and --json where it prints facts; exit
 * codes 0 ok, 1 failed, 2 usage; nothing is asked when input is not a terminal. */
#ifndef JW_CLI_H
#define JW_CLI_H

int cli_main(int argc, char **argv, char **environment);

#endif
