/*
 * The keys of all objects that the scanner stands in, to find the ones that
 * come twice. Owns its arrays; free with cln_jkeys_free. Offsets and lengths
 * are bytes. Never blocks.
 *
 * Keys are a stack: an object's keys lie together, above those of the objects
 * around it, and go when it ends. The hash table holds places on that stack.
 * A table slot is in use only while the key it names names the slot as well,
 * so ending an object, or a scan, clears nothing. Linear probing stays right:
 * a key was put behind keys that lie below it on the stack, which all live
 * longer than it does.
 *
 * Nobody can make this quadratic. A key that finds no slot within a fixed
 * number of steps (which takes a text made for it, as half of the table is
 * empty) switches its object to the other way: further keys stay out of the
 * table, and the object is sorted when it ends. That costs n log n whatever
 * the keys are, so the hash needs no seed.
 */
#ifndef CLN_JKEYS_H
#define CLN_JKEYS_H

#include <stdint.h>

#include "buffer.h"
#include "utf8.h"

struct cln_jkey {
  uint64_t hash;      /* of the unescaped key and its object */
  size_t at;          /* offset of the key's first byte in the text */
  size_t len;         /* bytes, unescaped */
  size_t unescaped;   /* offset in the arena; CLN_JKEY_PLAIN: as in text */
  size_t slot;        /* its place in the table; CLN_JKEY_NO_SLOT: none */
  size_t marks_begin; /* the marks made on its value, [begin, end) */
  size_t marks_end;   /* set when the value ends */
};

#define CLN_JKEY_PLAIN   SIZE_MAX
#define CLN_JKEY_NO_SLOT SIZE_MAX

struct cln_jkeys {
  const char *text;        /* the caller's, during a scan */
  struct cln_jkey *list;   /* the stack; NULL while cap is 0 */
  size_t count;            /* keys on it */
  size_t cap;              /* items allocated */
  size_t *slots;           /* index into list; NULL while slot_count is 0 */
  size_t slot_count;       /* a power of two, or 0 */
  size_t room;             /* keys that fit: cap, or half of slot_count */
  struct cln_buffer arena; /* keys that hold escapes, unescaped */
};

/* One object's part of the stack. */
struct cln_jobject {
  size_t first; /* its lowest key */
  bool sorted;  /* has keys outside the table: sort when it ends */
};

void cln_jkeys_init(struct cln_jkeys *keys);
void cln_jkeys_free(struct cln_jkeys *keys);

/* Before each scan. */
void cln_jkeys_start(struct cln_jkeys *keys, const char *text);

/*
 * Puts a key on the stack of the innermost object and returns its index; or,
 * when the object has the key already, sets *again and returns that one.
 * SIZE_MAX when out of memory.
 */
size_t cln_jkeys_add(struct cln_jkeys *keys, struct cln_jobject *object,
                     size_t at, size_t len, bool escaped, bool *again);

/* Sorts the innermost object's keys: equal ones lie together then, in the
   order of the text. Only cln_jkeys_end may follow. */
void cln_jkeys_sort(struct cln_jkeys *keys, const struct cln_jobject *object);

bool cln_jkeys_equal(const struct cln_jkeys *keys, const struct cln_jkey *a,
                     const struct cln_jkey *b);

static inline void cln_jkeys_end(struct cln_jkeys *keys,
                                 const struct cln_jobject *object)
{
  keys->count = object->first;
}

/* Every bit of the input reaches the low bits, which choose the slot. */
static inline uint64_t cln_jkeys_mix(uint64_t hash)
{
  hash ^= hash >> 32;
  hash *= UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio */
  return hash ^ hash >> 29;
}

/* object_first keeps equal keys of nested objects apart. */
static inline uint64_t cln_jkeys_hash(const char *key, size_t len,
                                      size_t object_first)
{
  const unsigned char *bytes = (const unsigned char *)key;
  uint64_t hash = (uint64_t)object_first * UINT64_C(0xff51afd7ed558ccd) + len;
  uint64_t word = 0;

  for (; len > 16; len -= 8) {
    hash = cln_jkeys_mix(hash + cln_load64(bytes));
    bytes += 8;
  }
  if (len >= 8) { /* two words, which may overlap */
    hash = (hash + cln_load64(bytes)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return cln_jkeys_mix(hash + cln_load64(bytes + len - 8));
  }
  for (; len > 0; len--)
    word = word << 8 | bytes[len - 1];
  return cln_jkeys_mix(hash * UINT64_C(0xc4ceb9fe1a85ec53) + word);
}

#endif
