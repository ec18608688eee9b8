/* defaults – what a new city begins with, from data/, in the program itself, so
 * that a binary alone is enough. */
#ifndef JW_DEFAULTS_H
#define JW_DEFAULTS_H

extern const char default_catalogue[]; /* data/catalogue.csv   */
extern const char default_calendar[];  /* data/calendar-cn.csv */
extern const char demo_words[];        /* data/demo/words.txt  */

#endif
