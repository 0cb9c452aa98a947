/*
 * A file that an answer is saved to. What comes is written aside, into a new
 * file of the same directory (mode 0600, of our making only), which takes
 * the name that was asked for when it is complete; until then a file of that
 * name stays as it is, and what was not kept is removed. Owns descriptors and
 * names. In a forked child it belongs to the parent: there it is closed and
 * otherwise left alone. Writing blocks as long as the disk does.
 */
#ifndef CLN_SINK_H
#define CLN_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "clinone.h"

struct cln_sink; /* opaque: see sink.c */

/* Remembers the path; touches no file. NULL when out of memory. */
struct cln_sink *cln_sink_new(const char *path);

/* Removes what was not kept. NULL is ignored. */
void cln_sink_free(struct cln_sink *sink);

const char *cln_sink_path(const struct cln_sink *sink);

/* Before each attempt: an empty file aside. CLN_CONFIG: a file cannot be
   written there, or what stands there is no file that may be replaced. */
enum cln_status cln_sink_begin(struct cln_sink *sink, struct cln_error *error);

/* CLN_CONFIG: a full disk, and the like. */
enum cln_status cln_sink_write(struct cln_sink *sink, const void *data,
                               size_t len, struct cln_error *error);

/* It is complete: flushed to the disk, closed, renamed. Once kept it stays
   so, whatever is called. */
enum cln_status cln_sink_keep(struct cln_sink *sink, struct cln_error *error);

/* Puts in front of the error of a write or keep what the server had answered;
   0: nothing was sent. Returns the error's status. */
enum cln_status cln_sink_explain(struct cln_error *error, int http_status);

#endif
