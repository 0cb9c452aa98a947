/*
 * Random numbers for request ids, nonces and jitter: xoshiro256** seeded from
 * the system's random device, and seeded anew in a forked child, so that two
 * processes never share ids. Not for keys. Owns nothing outside the struct.
 */
#ifndef CLN_RANDOM_H
#define CLN_RANDOM_H

#include <stdint.h>

#include "clinone.h"

#define CLN_UUID_LEN 36

struct cln_random {
  uint64_t state[4]; /* never all zero once seeded */
  long pid;          /* the process it was seeded in; 0 before the first use */
};

/* Fills data from the system's random device; CLN_CONFIG if there is none. */
enum cln_status cln_random_bytes(void *data, size_t len,
                                 struct cln_error *error);

uint64_t cln_random_u64(struct cln_random *random);

/* In [0, 1). */
double cln_random_unit(struct cln_random *random);

/* A version 4 UUID (RFC 9562), lower-case, NUL-terminated. */
void cln_random_uuid(struct cln_random *random, char uuid[CLN_UUID_LEN + 1]);

#endif
