/* photo_see – between the files of photos; nobody else includes it. */
#ifndef JW_PHOTO_SEE_H
#define JW_PHOTO_SEE_H

#include "photo_case.h"

Err photo_files_put(Tx *tx, PhotoId id, PhotoForm form, Str large, Str small, Fault *f);

#endif
