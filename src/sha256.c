/*
 * SHA-256 and HMAC-SHA-256, written from FIPS 180-4 and RFC 2104; the names
 * in compress are the standard's. Owns nothing, allocates nothing; lengths
 * are bytes. Never blocks.
 */
#include "sha256.h"

#include <string.h>

#include "clinone.h"

#define BLOCK_BYTES 64

/* FIPS 180-4 section 4.2.2: from the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Section 5.3.3: from the square roots of the first 8 primes. */
static const uint32_t first_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                        0xa54ff53a, 0x510e527f, 0x9b05688c,
                                        0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate_right(uint32_t x, unsigned int n)
{
  return (x >> n) | (x << (32 - n));
}

static uint32_t load_big_endian(const unsigned char *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
         (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static void store_big_endian(unsigned char *bytes, uint32_t word)
{
  bytes[0] = (unsigned char)(word >> 24);
  bytes[1] = (unsigned char)(word >> 16 & 0xff);
  bytes[2] = (unsigned char)(word >> 8 & 0xff);
  bytes[3] = (unsigned char)(word & 0xff);
}

/* Section 6.2.2, step 1. */
static void fill_schedule(uint32_t w[64], const unsigned char *block)
{
  uint32_t s0;
  uint32_t s1;
  size_t t;

  for (t = 0; t < 16; t++)
    w[t] = load_big_endian(block + 4 * t);
  for (t = 16; t < 64; t++) {
    s0 = rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^
         (w[t - 15] >> 3);
    s1 = rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^
         (w[t - 2] >> 10);
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
}

/* Section 6.2.2, steps 2 to 4. */
static void mix_schedule(uint32_t state[8], const uint32_t w[64])
{
  uint32_t a = state[0];
  uint32_t b = state[1];
  uint32_t c = state[2];
  uint32_t d = state[3];
  uint32_t e = state[4];
  uint32_t f = state[5];
  uint32_t g = state[6];
  uint32_t h = state[7];
  uint32_t t1;
  uint32_t t2;
  size_t t;

  for (t = 0; t < 64; t++) {
    t1 = h + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) +
         ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
    t2 = (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) +
         ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

static void take_blocks(struct cln_sha256 *hash, const unsigned char *blocks,
                        size_t count)
{
  uint32_t w[64];

  for (; count > 0; count--) {
    fill_schedule(w, blocks);
    mix_schedule(hash->state, w);
    blocks += BLOCK_BYTES;
  }
  cln_wipe(w, sizeof(w)); /* it may be an HMAC key's */
}

void cln_sha256_init(struct cln_sha256 *hash)
{
  memcpy(hash->state, first_state, sizeof(first_state));
  hash->len = 0;
}

void cln_sha256_update(struct cln_sha256 *hash, const void *data, size_t len)
{
  const unsigned char *bytes = data;
  size_t held = (size_t)(hash->len % BLOCK_BYTES);
  size_t take;

  hash->len += len;
  if (held > 0) {
    take = BLOCK_BYTES - held;
    if (take > len)
      take = len;
    if (take > 0)
      memcpy(hash->block + held, bytes, take);
    if (held + take < BLOCK_BYTES)
      return;
    take_blocks(hash, hash->block, 1);
    bytes += take;
    len -= take;
  }
  if (len >= BLOCK_BYTES) {
    take_blocks(hash, bytes, len / BLOCK_BYTES);
    bytes += len - len % BLOCK_BYTES;
    len %= BLOCK_BYTES;
  }
  if (len > 0)
    memcpy(hash->block, bytes, len);
}

void cln_sha256_final(struct cln_sha256 *hash,
                      unsigned char digest[CLN_SHA256_BYTES])
{
  /* Section 5.1.1: a one bit, zeros, and the length in bits in 8 bytes. */
  unsigned char padding[BLOCK_BYTES + 8] = {0x80};
  uint64_t bits = hash->len * 8;
  size_t held = (size_t)(hash->len % BLOCK_BYTES);
  size_t zeros_end = (held < 56 ? 56 : 120) - held;
  size_t i;

  store_big_endian(padding + zeros_end, (uint32_t)(bits >> 32));
  store_big_endian(padding + zeros_end + 4, (uint32_t)(bits & 0xffffffff));
  cln_sha256_update(hash, padding, zeros_end + 8);
  for (i = 0; i < 8; i++)
    store_big_endian(digest + 4 * i, hash->state[i]);
  cln_wipe(hash, sizeof(*hash));
}

void cln_sha256(const void *data, size_t len,
                unsigned char digest[CLN_SHA256_BYTES])
{
  struct cln_sha256 hash;

  cln_sha256_init(&hash);
  cln_sha256_update(&hash, data, len);
  cln_sha256_final(&hash, digest);
}

void cln_hmac_sha256(const void *key, size_t key_len, const void *data,
                     size_t len, unsigned char digest[CLN_SHA256_BYTES])
{
  struct cln_sha256 hash;
  unsigned char pad[BLOCK_BYTES] = {0};
  size_t i;

  if (key_len > BLOCK_BYTES)
    cln_sha256(key, key_len, pad);
  else if (key_len > 0)
    memcpy(pad, key, key_len);

  for (i = 0; i < BLOCK_BYTES; i++)
    pad[i] ^= 0x36;
  cln_sha256_init(&hash);
  cln_sha256_update(&hash, pad, BLOCK_BYTES);
  cln_sha256_update(&hash, data, len);
  cln_sha256_final(&hash, digest);

  for (i = 0; i < BLOCK_BYTES; i++)
    pad[i] ^= 0x36 ^ 0x5c;
  cln_sha256_init(&hash);
  cln_sha256_update(&hash, pad, BLOCK_BYTES);
  cln_sha256_update(&hash, digest, CLN_SHA256_BYTES);
  cln_sha256_final(&hash, digest);
  cln_wipe(pad, sizeof(pad));
}
