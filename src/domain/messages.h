/* messages – the templates of data/notices.tsv, in the program itself: a line for each
 * kind with its word, the Chinese and the English one, and tabs between them. {code},
 * {condition}, {area}, {unit} and {due} are filled in. */
#ifndef JW_MESSAGES_H
#define JW_MESSAGES_H

extern const char message_notices[];

#endif
