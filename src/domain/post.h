/* post 岗位 – who may act as what, where, from when until when. Nobody gives himself a
 * post, and the three administrators are three persons, none of whom reads cases
 * (三员分立): whichever way a post is given, it comes through here. */
#ifndef JW_POST_H
#define JW_POST_H

#include "actor.h"
#include "tx.h"

/* ERR_FORBIDDEN: to oneself, or beside a post that it must not stand beside. */
Err post_give(Tx *tx, const PostNew *in, const Actor *by, Post *ret, Fault *f);

/* From now on it gives nothing; a step that is under way is refused at the write. */
Err post_end(Tx *tx, const PostKey *in, const Actor *by, Post *ret, Fault *f);

Err post_list(Tx *tx, const PostFind *in, const Actor *by, Page *ret, Fault *f);

#endif
