/*
 * The state of a scan, and the grammar that works on it; for jscan.c alone.
 * Offsets are bytes. Never blocks.
 */
#ifndef CLN_JGRAMMAR_H
#define CLN_JGRAMMAR_H

#include "jkeys.h"
#include "jmarks.h"
#include "jscan.h"

struct cln_jscan {
  struct cln_jmarks marks;          /* and the path to where the scan is */
  struct cln_jkeys keys;            /* of the objects on that path */
  size_t start;                     /* 0, or 3 past a byte order mark */
  size_t duplicates;                /* members that lost */
  const unsigned char *text;        /* during a run: the caller's */
  const unsigned char *end;         /* during a run: past its last byte */
  struct cln_jscan_options options; /* of this run */
  enum cln_status status;           /* why the scan failed */
  const char *fault;                /* CLN_JSON: what is wrong */
  const unsigned char *fault_at;    /* CLN_JSON, CLN_TOO_LARGE: where */
};

/* Scans one value, all that it holds, and the white space around it, up to
   the end of the text. NULL with the scan's status and fault set. */
const unsigned char *cln_jgrammar_scan(struct cln_jscan *scan,
                                       const unsigned char *at);

#endif
