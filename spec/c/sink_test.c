/* sink.c: an answer's file, whole or not at all. */
#define _POSIX_C_SOURCE 200809L

#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sink.h"

static char directory[] = "/tmp/clinone-sink-XXXXXX";

static const char *in_directory(const char *name)
{
  static char path[512];

  snprintf(path, sizeof(path), "%s/%s", directory, name);
  return path;
}

/* How many names are in the directory; the last one seen in name. */
static int count_names(char name[300])
{
  DIR *list = opendir(directory);
  struct dirent *entry;
  int count = 0;

  if (!CHECK(list != NULL))
    return -1;
  while ((entry = readdir(list)) != NULL)
    if (entry->d_name[0] != '.') {
      snprintf(name, 300, "%s", entry->d_name);
      count++;
    }
  closedir(list);
  return count;
}

static void check_text(const char *name, const char *text)
{
  FILE *file = fopen(in_directory(name), "rb");
  char out[256];
  size_t len;

  if (!CHECK_ABOUT(file != NULL, name))
    return;
  len = fread(out, 1, sizeof(out), file);
  fclose(file);
  CHECK_TEXT(out, len, text, name);
}

static void write_file(const char *name, const char *text)
{
  FILE *file = fopen(in_directory(name), "wb");

  if (!CHECK(file != NULL))
    return;
  fputs(text, file);
  fclose(file);
}

static struct cln_sink *begin(const char *name)
{
  struct cln_sink *sink = cln_sink_new(in_directory(name));
  struct cln_error error = {CLN_OK, ""};

  CHECK(sink != NULL);
  CHECK_ABOUT(cln_sink_begin(sink, &error) == CLN_OK, error.message);
  return sink;
}

static void put(struct cln_sink *sink, const char *text)
{
  struct cln_error error = {CLN_OK, ""};

  CHECK_ABOUT(cln_sink_write(sink, text, strlen(text), &error) == CLN_OK,
              error.message);
}

static void keep(struct cln_sink *sink)
{
  struct cln_error error = {CLN_OK, ""};

  CHECK_ABOUT(cln_sink_keep(sink, &error) == CLN_OK, error.message);
}

/* Aside, 0600 whatever the mask, not inherited; then in its place. */
static void test_kept(void)
{
  struct cln_sink *sink;
  struct stat info;
  char name[300] = "";
  mode_t mask = umask(0);

  write_file("answer", "former");
  sink = begin("answer");
  put(sink, "one ");
  CHECK_NUMBER(count_names(name), 2, "the former and the one aside");
  check_text("answer", "former");
  put(sink, "two");
  keep(sink);
  check_text("answer", "one two");
  CHECK(stat(in_directory("answer"), &info) == 0 &&
        (info.st_mode & 07777) == 0600);
  CHECK_NUMBER(count_names(name), 1, "kept");
  keep(sink); /* stays so */
  cln_sink_free(sink);
  check_text("answer", "one two");
  umask(mask);
  unlink(in_directory("answer"));
}

static void test_begun_again(void)
{
  struct cln_error error = {CLN_OK, ""};
  struct cln_sink *sink = begin("answer");
  char name[300] = "";

  put(sink, "the first attempt's, which was longer");
  CHECK(cln_sink_begin(sink, &error) == CLN_OK);
  put(sink, "short");
  CHECK_NUMBER(count_names(name), 1, "one file aside");
  keep(sink);
  cln_sink_free(sink);
  check_text("answer", "short");
  unlink(in_directory("answer"));
}

static void test_dropped(void)
{
  char name[300] = "";
  struct cln_sink *sink = begin("answer");

  put(sink, "half");
  CHECK_NUMBER(count_names(name), 1, "aside");
  CHECK(strncmp(name, "answer.", 7) == 0 && strlen(name) == 7 + 16 + 5);
  cln_sink_free(sink);
  CHECK_NUMBER(count_names(name), 0, "dropped");
  cln_sink_free(cln_sink_new("never begun"));
  cln_sink_free(NULL);
}

static void check_refused(const char *path, const char *message)
{
  struct cln_sink *sink = cln_sink_new(path);
  struct cln_error error = {CLN_OK, ""};
  char name[300] = "";
  int before = count_names(name);

  CHECK(cln_sink_begin(sink, &error) == CLN_CONFIG);
  CHECK(error.status == CLN_CONFIG);
  CHECK_TEXT(error.message, strlen(error.message), message, path);
  cln_sink_free(sink);
  CHECK_NUMBER(count_names(name), before, path);
}

static void test_refused(void)
{
  static const char irregular[] =
      "save_to: what stands there is no regular file, and is not replaced";
  char name[300];

  check_refused(in_directory("none/answer"),
                "save_to: No such file or directory");
  check_refused(in_directory(""), "save_to: the path names a directory");
  check_refused(directory, "save_to: the path names a directory");
  check_refused("/dev/null", irregular);
  CHECK(symlink("/nowhere", in_directory("link")) == 0);
  check_refused(in_directory("link"), irregular);
  unlink(in_directory("link"));
  memset(name, 'n', 256);
  name[256] = '\0';
  check_refused(in_directory(name), "save_to: File name too long");
}

/* A name as long as one may be still leaves room for the one aside. */
static void test_long_name(void)
{
  char name[300];
  struct cln_sink *sink;

  memset(name, 'n', 255);
  name[255] = '\0';
  sink = begin(name);
  put(sink, "x");
  keep(sink);
  cln_sink_free(sink);
  check_text(name, "x");
  unlink(in_directory(name));
}

/* The name aside ends before the character that does not fit: half of one is
   no name on some file systems. */
static void test_long_utf8_name(void)
{
  char name[300], aside[300];
  struct cln_sink *sink;
  int i;

  for (i = 0; i < 80; i++)
    memcpy(name + 3 * i, "\xe2\x82\xac", 3);
  name[240] = '\0';
  sink = begin(name);
  CHECK_NUMBER(count_names(aside), 1, "aside");
  CHECK(memcmp(aside, name, 198) == 0 && aside[198] == '.');
  cln_sink_free(sink);
}

static void test_full(void)
{
  struct rlimit former, small;
  struct cln_error error = {CLN_OK, ""};
  struct cln_sink *sink = begin("answer");
  char text[4096];
  char name[300] = "";

  memset(text, 'x', sizeof(text));
  signal(SIGXFSZ, SIG_IGN);
  CHECK(getrlimit(RLIMIT_FSIZE, &former) == 0);
  small = former;
  small.rlim_cur = 6000;
  CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
  CHECK(cln_sink_write(sink, text, sizeof(text), &error) == CLN_OK);
  CHECK(cln_sink_write(sink, text, sizeof(text), &error) == CLN_CONFIG);
  CHECK_TEXT(error.message, strlen(error.message), "File too large", "full");
  CHECK(setrlimit(RLIMIT_FSIZE, &former) == 0);
  cln_sink_free(sink);
  CHECK_NUMBER(count_names(name), 0, "full");
}

/* What stands in its way only at the end. */
static void test_not_renamed(void)
{
  struct cln_error error = {CLN_OK, ""};
  struct cln_sink *sink = begin("answer");
  char name[300] = "";

  put(sink, "x");
  CHECK(mkdir(in_directory("answer"), 0700) == 0);
  CHECK(cln_sink_keep(sink, &error) == CLN_CONFIG && error.message[0]);
  CHECK_NUMBER(count_names(name), 1, "the directory");
  cln_sink_free(sink);
  CHECK(rmdir(in_directory("answer")) == 0);
}

/* A child lets go of it; the parent goes on. */
static void test_forked(void)
{
  struct cln_sink *sink = begin("answer");
  int state = -1;
  pid_t child = fork();

  if (child == 0) {
    struct cln_error error;
    bool kept = cln_sink_keep(sink, &error) == CLN_OK;
    cln_sink_free(sink);
    _exit(kept);
  }
  CHECK(child > 0 && waitpid(child, &state, 0) == child && state == 0);
  put(sink, "still there");
  keep(sink);
  cln_sink_free(sink);
  check_text("answer", "still there");
  unlink(in_directory("answer"));
}

/* The script goes elsewhere; so does the directory. */
static void test_moved(void)
{
  char elsewhere[sizeof(directory) + 8];
  struct cln_sink *sink = begin("answer");

  snprintf(elsewhere, sizeof(elsewhere), "%s.moved", directory);
  put(sink, "x");
  CHECK(rename(directory, elsewhere) == 0);
  keep(sink);
  cln_sink_free(sink);
  CHECK(rename(elsewhere, directory) == 0);
  check_text("answer", "x");
  unlink(in_directory("answer"));
}

int main(void)
{
  if (!CHECK(mkdtemp(directory) != NULL))
    return test_end();
  test_kept();
  test_begun_again();
  test_dropped();
  test_refused();
  test_long_name();
  test_long_utf8_name();
  test_full();
  test_not_renamed();
  test_forked();
  test_moved();
  CHECK(rmdir(directory) == 0);
  return test_end();
}
