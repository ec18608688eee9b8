/* photo_child – the process of photo_reader.h, as the command line begins it. */
#ifndef JW_PHOTO_CHILD_H
#define JW_PHOTO_CHILD_H

#include <stdbool.h>

/* The program whose "photo-reader" is begun; not copied. Before the first photo. */
void photo_reader_use(const char *program);

int photo_reader_main(void); /* the command "photo-reader", on its standard input */

/* What it confines itself with; for its test. False: not on this machine. */
bool photo_reader_confine(void);

#endif
