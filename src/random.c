/*
 * See random.h. Reads the random device once per process (a few bytes, does
 * not block on any system with a seeded pool); owns no memory.
 */
#define _POSIX_C_SOURCE 200809L

#include "random.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum cln_status cln_random_bytes(void *data, size_t len,
                                 struct cln_error *error)
{
  unsigned char *at = data;
  int device = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

  if (device < 0)
    return cln_fail(error, CLN_CONFIG, "/dev/urandom cannot be opened");
  while (len > 0) {
    ssize_t got = read(device, at, len);
    if (got <= 0)
      break;
    at += got;
    len -= (size_t)got;
  }
  close(device);
  if (len > 0)
    return cln_fail(error, CLN_CONFIG, "/dev/urandom cannot be read");
  return CLN_OK;
}

static void seed(struct cln_random *random)
{
  random->pid = (long)getpid();
  if (cln_random_bytes(random->state, sizeof(random->state), NULL) == CLN_OK)
    return;
  /* No device (a bare chroot): ids must still differ between processes. */
  random->state[0] = (uint64_t)time(NULL);
  random->state[1] = (uint64_t)cln_now_ms();
  random->state[2] = (uint64_t)random->pid;
  random->state[3] = 1;
}

static uint64_t rotate(uint64_t value, int bits)
{
  return (value << bits) | (value >> (64 - bits));
}

static uint64_t step(struct cln_random *random)
{
  uint64_t *s = random->state;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

uint64_t cln_random_u64(struct cln_random *random)
{
  if (random->pid != (long)getpid())
    seed(random);
  return step(random);
}

double cln_random_unit(struct cln_random *random)
{
  return (double)(cln_random_u64(random) >> 11) / 9007199254740992.0;
}

void cln_random_uuid(struct cln_random *random, char uuid[CLN_UUID_LEN + 1])
{
  static const char digits[] = "0123456789abcdef";
  uint64_t half = cln_random_u64(random);
  int at = 0;
  int nibble;

  for (nibble = 0; nibble < 32; nibble++) {
    if (nibble == 16)
      half = step(random);
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
      uuid[at++] = '-';
    uuid[at++] = digits[half & 15];
    half >>= 4;
  }
  uuid[14] = '4';
  uuid[19] = digits[8 + (cln_random_u64(random) & 3)];
  uuid[CLN_UUID_LEN] = '\0';
}
