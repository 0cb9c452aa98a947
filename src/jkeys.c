/*
 * The key table: see jkeys.h for how it works. The arrays are kept between
 * scans and freed by cln_jkeys_free. Lengths are bytes. Never blocks.
 */
#include "jkeys.h"

#include <stdlib.h>

#include "grow.h"
#include "jscan.h"

#define FIRST_SLOTS 64
#define MAX_STEPS   64

void cln_jkeys_init(struct cln_jkeys *keys)
{
  memset(keys, 0, sizeof(*keys));
  cln_buffer_init(&keys->arena, SIZE_MAX);
}

void cln_jkeys_free(struct cln_jkeys *keys)
{
  free(keys->list);
  free(keys->slots);
  cln_buffer_free(&keys->arena);
  cln_jkeys_init(keys);
}

void cln_jkeys_start(struct cln_jkeys *keys, const char *text)
{
  keys->text = text;
  keys->count = 0;
  cln_buffer_reset(&keys->arena);
}

static const char *bytes_of(const struct cln_jkeys *keys,
                            const struct cln_jkey *key)
{
  return key->unescaped == CLN_JKEY_PLAIN ? keys->text + key->at
                                          : keys->arena.data + key->unescaped;
}

bool cln_jkeys_equal(const struct cln_jkeys *keys, const struct cln_jkey *a,
                     const struct cln_jkey *b)
{
  return a->hash == b->hash && a->len == b->len &&
         (a->len == 0 ||
          memcmp(bytes_of(keys, a), bytes_of(keys, b), a->len) == 0);
}

static bool is_in_use(const struct cln_jkeys *keys, size_t slot)
{
  size_t index = keys->slots[slot];

  return index < keys->count && keys->list[index].slot == slot;
}

/*
 * Twice the slots. Keys go in again in their old order, which puts none
 * farther from its first slot than it was: the keys of each old slot are
 * spread over two, with the same or fewer keys before them.
 */
static bool grow_table(struct cln_jkeys *keys)
{
  size_t count = keys->slot_count == 0 ? FIRST_SLOTS : keys->slot_count * 2;
  size_t *slots = calloc(count, sizeof(*slots));
  size_t all = keys->count;
  struct cln_jkey *key;

  if (slots == NULL)
    return false;
  free(keys->slots);
  keys->slots = slots;
  keys->slot_count = count;
  for (keys->count = 0; keys->count < all; keys->count++) {
    key = &keys->list[keys->count];
    if (key->slot == CLN_JKEY_NO_SLOT)
      continue;
    key->slot = (size_t)key->hash & (count - 1);
    while (is_in_use(keys, key->slot))
      key->slot = (key->slot + 1) & (count - 1);
    slots[key->slot] = keys->count;
  }
  return true;
}

static bool make_room(struct cln_jkeys *keys)
{
  struct cln_jkey *list;

  if (keys->count == keys->cap) {
    list = cln_grow(keys->list, &keys->cap, sizeof(*list));
    if (list == NULL)
      return false;
    keys->list = list;
  }
  if (keys->count == keys->slot_count / 2 && !grow_table(keys))
    return false;
  keys->room =
      keys->cap < keys->slot_count / 2 ? keys->cap : keys->slot_count / 2;
  return true;
}

static bool unescape(struct cln_jkeys *keys, struct cln_jkey *key, size_t len)
{
  struct cln_buffer *arena = &keys->arena;

  if (cln_buffer_reserve(arena, len) != CLN_OK)
    return false;
  key->unescaped = arena->len;
  key->len =
      cln_jscan_unescape(arena->data + arena->len, keys->text + key->at, len);
  arena->len += key->len;
  return true;
}

/* Probes on from the key's first slot, which is taken. */
static size_t add_further(struct cln_jkeys *keys, struct cln_jobject *object,
                          bool *again)
{
  struct cln_jkey *key = &keys->list[keys->count];
  size_t slot = (size_t)key->hash & (keys->slot_count - 1);
  size_t index;
  int steps;

  for (steps = 0; steps < MAX_STEPS && is_in_use(keys, slot); steps++) {
    index = keys->slots[slot];
    if (index >= object->first &&
        cln_jkeys_equal(keys, &keys->list[index], key)) {
      *again = true;
      return index;
    }
    slot = (slot + 1) & (keys->slot_count - 1);
  }
  if (steps < MAX_STEPS) {
    key->slot = slot;
    keys->slots[slot] = keys->count;
  } else {
    object->sorted = true;
  }
  return keys->count++;
}

size_t cln_jkeys_add(struct cln_jkeys *keys, struct cln_jobject *object,
                     size_t at, size_t len, bool escaped, bool *again)
{
  struct cln_jkey *key;
  size_t slot;

  if (keys->count >= keys->room && !make_room(keys))
    return SIZE_MAX;
  key = &keys->list[keys->count];
  key->at = at;
  key->len = len;
  key->unescaped = CLN_JKEY_PLAIN;
  key->slot = CLN_JKEY_NO_SLOT;
  if (escaped && !unescape(keys, key, len))
    return SIZE_MAX;
  key->hash = cln_jkeys_hash(bytes_of(keys, key), key->len, object->first);
  if (object->sorted)
    return keys->count++;
  slot = (size_t)key->hash & (keys->slot_count - 1);
  if (is_in_use(keys, slot))
    return add_further(keys, object, again);
  key->slot = slot;
  keys->slots[slot] = keys->count;
  return keys->count++;
}

/* Any fixed order will do; equal keys by their place in the text. */
static bool is_before(const struct cln_jkeys *keys, const struct cln_jkey *a,
                      const struct cln_jkey *b)
{
  int order;

  if (a->hash != b->hash)
    return a->hash < b->hash;
  if (a->len != b->len)
    return a->len < b->len;
  order =
      a->len == 0 ? 0 : memcmp(bytes_of(keys, a), bytes_of(keys, b), a->len);
  return order == 0 ? a->at < b->at : order < 0;
}

static void swap(struct cln_jkey *a, struct cln_jkey *b)
{
  struct cln_jkey other = *a;

  *a = *b;
  *b = other;
}

/* Restores the heap of `count` keys below `root`. */
static void sift_down(const struct cln_jkeys *keys, struct cln_jkey *heap,
                      size_t root, size_t count)
{
  size_t child;

  while (root < count / 2) {
    child = root * 2 + 1;
    if (child + 1 < count && is_before(keys, &heap[child], &heap[child + 1]))
      child++;
    if (!is_before(keys, &heap[root], &heap[child]))
      return;
    swap(&heap[root], &heap[child]);
    root = child;
  }
}

/* A heap sort: no memory, and no worst case as qsort may have. */
void cln_jkeys_sort(struct cln_jkeys *keys, const struct cln_jobject *object)
{
  struct cln_jkey *heap = keys->list + object->first;
  size_t count = keys->count - object->first;
  size_t i;

  for (i = count / 2; i > 0; i--)
    sift_down(keys, heap, i - 1, count);
  for (i = count; i > 1; i--) {
    swap(&heap[0], &heap[i - 1]);
    sift_down(keys, heap, 0, i - 1);
  }
}
