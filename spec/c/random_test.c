/* random.c: the generator's sequence, its range, ids, and forks. */
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/random.h"
#include "test.h"

/* xoshiro256** from {1, 2, 3, 4}, as its authors' code gives it. */
static void test_sequence(void)
{
  static const uint64_t expected[] = {11520u,
                                      0u,
                                      1509978240u,
                                      1215971899390074240u,
                                      1216172134540287360u,
                                      607988272756665600u,
                                      16172922978634559625u,
                                      8476171486693032832u,
                                      10595114339597558777u,
                                      2904607092377533576u};
  struct cln_random random = {{1, 2, 3, 4}, 0};
  size_t i;

  random.pid = (long)getpid();
  for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
    CHECK(cln_random_u64(&random) == expected[i]);
}

static void test_seeding(void)
{
  struct cln_random a = {{0, 0, 0, 0}, 0};
  struct cln_random b = {{0, 0, 0, 0}, 0};

  CHECK(cln_random_u64(&a) != cln_random_u64(&b));
  CHECK(a.pid == (long)getpid());
}

static void test_unit(void)
{
  struct cln_random random = {{0, 0, 0, 0}, 0};
  int tenths[10] = {0};
  bool inside = true;
  double sum = 0;
  int i;

  for (i = 0; i < 100000; i++) {
    double unit = cln_random_unit(&random);
    inside = inside && unit >= 0 && unit < 1;
    if (inside)
      tenths[(int)(unit * 10)]++;
    sum += unit;
  }
  CHECK(inside);
  CHECK(sum > 49000 && sum < 51000);
  for (i = 0; i < 10; i++)
    CHECK_ABOUT(tenths[i] > 9300 && tenths[i] < 10700, "a fair tenth");
}

/* RFC 9562: version 4, variant 10, lower case; no two alike. */
static void test_uuid(void)
{
  enum { COUNT = 2000 };
  static char uuids[COUNT][CLN_UUID_LEN + 1];
  static const char form[] = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
  struct cln_random random = {{0, 0, 0, 0}, 0};
  bool well = true, differ = true;
  int i, j, at;

  for (i = 0; i < COUNT; i++) {
    cln_random_uuid(&random, uuids[i]);
    well = well && strlen(uuids[i]) == CLN_UUID_LEN;
    for (at = 0; well && at < CLN_UUID_LEN; at++) {
      if (form[at] == 'x')
        well = strchr("0123456789abcdef", uuids[i][at]) != NULL;
      else if (form[at] == 'v')
        well = strchr("89ab", uuids[i][at]) != NULL;
      else
        well = uuids[i][at] == form[at];
    }
    for (j = 0; j < i; j++)
      differ = differ && strcmp(uuids[i], uuids[j]) != 0;
  }
  CHECK(well);
  CHECK(differ);
}

static void test_bytes(void)
{
  unsigned char a[64] = {0}, b[64] = {0};
  struct cln_error error;

  CHECK(cln_random_bytes(a, sizeof(a), &error) == CLN_OK);
  CHECK(cln_random_bytes(b, sizeof(b), &error) == CLN_OK);
  CHECK(memcmp(a, b, sizeof(a)) != 0);
  CHECK(cln_random_bytes(a, 0, NULL) == CLN_OK);
}

/* A child is seeded anew: it must not repeat its parent's ids. */
static void test_fork(void)
{
  struct cln_random random = {{0, 0, 0, 0}, 0};
  char here[CLN_UUID_LEN + 1];
  char there[CLN_UUID_LEN + 1] = "";
  int ends[2];
  pid_t child;

  cln_random_u64(&random);
  if (!CHECK(pipe(ends) == 0))
    return;
  child = fork();
  if (child == 0) {
    cln_random_uuid(&random, there);
    _exit(write(ends[1], there, sizeof(there)) == sizeof(there) ? 0 : 1);
  }
  cln_random_uuid(&random, here);
  CHECK(child > 0 && read(ends[0], there, sizeof(there)) == sizeof(there));
  CHECK(strlen(there) == CLN_UUID_LEN && strcmp(here, there) != 0);
  CHECK(waitpid(child, NULL, 0) == child);
  close(ends[0]);
  close(ends[1]);
}

int main(void)
{
  test_sequence();
  test_seeding();
  test_unit();
  test_uuid();
  test_bytes();
  test_fork();
  return test_end();
}
