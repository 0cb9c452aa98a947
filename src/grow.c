/*
 * Growing arrays. The caller owns and frees the array. Never blocks.
 */
#include "grow.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST_ITEMS 16

void *cln_grow(void *items, size_t *cap, size_t item_bytes)
{
  size_t bigger = *cap == 0 ? FIRST_ITEMS : *cap * 2;
  void *grown;

  if (*cap > SIZE_MAX / 2 / item_bytes)
    return NULL;
  grown = realloc(items, bigger * item_bytes);
  if (grown != NULL)
    *cap = bigger;
  return grown;
}
