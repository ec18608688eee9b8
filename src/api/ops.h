/* ops – what can be done: one row per operation, and the one way to do it.
 * Knows no noun; ops.c reads the rows from ops/all.def. HTTP (rest.c), the
 * command line and tests all come through here. */
#ifndef JW_OPS_H
#define JW_OPS_H

#include "actor.h"
#include "tx.h"

typedef enum Does { READ = 1, WRITE, PREPARED } Does;
typedef enum ScopeRule { BY_QUERY = 1, ANYWHERE } ScopeRule;

typedef struct Op {
    const char *name, *method, *path, *sentence;
    Does does;
    Right right;
    ScopeRule scope;
    size_t body_max;
    const Record *in, *out;
    size_t many;       /* 0: one row, else a list of at most so many */
    const char *media; /* of an answer that is bytes; NULL: JSON */
    Err (*prepare)(Tx *tx, void *in, const Actor *by, Fault *f);             /* PREPARED only */
    Err (*tag)(Tx *tx, const void *in, const Actor *by, Tag *ret, Fault *f); /* where the answer is bytes */
    Err (*run)(Tx *tx, const void *in, const Actor *by, Page *ret, Fault *f);
} Op;

enum { OP_PATH_PAIRS = 6 };

extern const Op ops[];
extern const size_t ops_count;
const Op *op_named(Str name); /* NULL: none */

/* The row that answers `method` on `path`; the parameters of the path go to
 * ret_pairs (room for OP_PATH_PAIRS). NULL: no such path; *ret_other: known, but not by this
 * method. What is spelled out wins over a parameter. */
const Op *op_routed(const char *method, Str path, Pair *ret_pairs, size_t *ret_n, bool *ret_other);

/* The field that the body of a request becomes as it is: `file` of bytes. NULL: it is JSON. */
const Field *op_raw_body(const Op *op);

/* Writes the rows of an answer as another standard has it. */
typedef void OpWrite(const Record *r, const void *rows, size_t n, Buf *out);

/* One call, from the request to the answer. The caller fills the first part and
 * owns everything; it stays put until the answer. */
typedef struct OpCall {
    const Op *op;
    Store *store;
    int slot; /* reading connection, -1 any */
    Actor by;
    Str body, client_key; /* client_key empty: none */
    Str known;            /* of bytes: the tags that the caller has (If-None-Match); empty: none */
    const Pair *pairs;
    size_t n_pairs;
    const Str *files; /* of a form: they become photos */
    size_t n_files;
    Str fingerprint; /* of all that a form sent; empty: none */
    Str base;        /* by which address this server was asked, as https://host; empty: not said */
    OpWrite *write;  /* how the answer is written; NULL: JSON */
    Arena *arena;
    size_t arena_mark; /* where a run of the handler begins, so that a re-run does not fill the arena */
    void *in;
    Page page;
    Buf *out;  /* the answer, JSON or bytes, written before the commit, valid after it */
    Str token; /* of a session that was opened; set and empty: closed */
    bool has_token;
    Tag tag;       /* of bytes */
    char etag[72]; /* the same as HTTP has it, quoted */
    bool same;     /* the caller has these bytes: nothing is in `out` */
    bool gzip;     /* what is in `out` is packed */
} OpCall;

/* Right before input: a stranger learns nothing. Then decodes. */
Err op_begin(OpCall *c, Fault *f);

/* PREPARED: the slow part, on a thread that may wait. Others: nothing. */
Err op_prepare(OpCall *c, Fault *f);

/* READ: on a snapshot, now. */
Err op_read(OpCall *c, Fault *f);

/* WRITE, PREPARED: queued; `done(c, …)` is called after the commit. */
Err op_write(OpCall *c, DoneFn *done, Fault *f);

/* All of it, and waits; bytes come unpacked. For the command line and tests. */
Err op_call(OpCall *c, Fault *f);

void ops_openapi(Buf *b);
void ops_typescript(Buf *b);

#endif
