/* photo_reader_inner – what goes between the two processes; both are one program, so it
 * is structs. Nobody else includes it. */
#ifndef JW_PHOTO_READER_INNER_H
#define JW_PHOTO_READER_INNER_H

#include "photo_reader.h"

#include <stdint.h>

typedef struct PhotoTask {
    uint64_t n;      /* bytes of the file, which follows */
    int32_t n_boxes; /* -1: make, else cover */
    PhotoBox boxes[PHOTO_BOXES_MAX];
} PhotoTask;

typedef struct PhotoAnswer {
    int32_t err, width, height;
    uint32_t large, small; /* bytes that follow */
    char key[40], field[48], zh[400], en[400];
} PhotoAnswer;

#endif
