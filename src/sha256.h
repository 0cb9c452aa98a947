/*
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104, vectors of RFC 4231).
 * For cache keys, digests and request signing. No allocation, never blocks;
 * key material on the stack is wiped.
 */
#ifndef CLN_SHA256_H
#define CLN_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define CLN_SHA256_BYTES 32

struct cln_sha256 {
  uint32_t state[8];       /* the hash so far */
  uint64_t len;            /* bytes taken so far */
  unsigned char block[64]; /* the unfinished block */
};

void cln_sha256_init(struct cln_sha256 *hash);
void cln_sha256_update(struct cln_sha256 *hash, const void *data, size_t len);
void cln_sha256_final(struct cln_sha256 *hash,
                      unsigned char digest[CLN_SHA256_BYTES]);

void cln_sha256(const void *data, size_t len,
                unsigned char digest[CLN_SHA256_BYTES]);
void cln_hmac_sha256(const void *key, size_t key_len, const void *data,
                     size_t len, unsigned char digest[CLN_SHA256_BYTES]);

#endif
