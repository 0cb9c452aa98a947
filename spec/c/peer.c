/* See peer.h. One thread polls all connections; a mutex guards the notes. */
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../src/clinone.h"

#define MOST_CONNECTIONS 512
#define MOST_REQUESTS    1024
#define HEAD_BYTES       16384

struct connection {
  int fd;              /* -1: closed */
  long long bytes;     /* read so far */
  bool ended;          /* its end, or an error, was seen */
  char *head;          /* HEAD_BYTES; the request being read */
  size_t head_len;     /* bytes in head */
  bool in_body;        /* the head is complete */
  long long body_left; /* bytes of body still to come */
  long long due_ms;    /* when to answer or drip on; 0: nothing to do */
  int drip_left;       /* bytes of a body still to be dripped */
};

struct peer {
  pthread_t thread;
  pthread_mutex_t mutex; /* all below but listener, port and stop */
  int listener;
  int port;
  int stop[2]; /* a pipe: closing its second end stops the thread */
  struct connection connections[MOST_CONNECTIONS];
  struct peer_counts counts;
  char seen[MOST_REQUESTS][48]; /* "METHOD path", cut */
  char last_head[HEAD_BYTES];
};

void sleep_ms(int ms)
{
  struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};

  nanosleep(&time, NULL);
}

/* ---- answers ------------------------------------------------------------ */

static void hang_up(struct peer *peer, struct connection *connection)
{
  if (connection->fd < 0)
    return;
  close(connection->fd);
  connection->fd = -1;
  connection->due_ms = 0;
  peer->counts.open_now--;
}

static void reset(struct peer *peer, struct connection *connection)
{
  struct linger none = {1, 0};

  setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
  hang_up(peer, connection);
}

/* Blocks: the other side reads, or closes. */
static void say(struct connection *connection, const char *data, size_t len)
{
  while (len > 0) {
    ssize_t sent = send(connection->fd, data, len, 0);
    if (sent <= 0)
      return;
    data += sent;
    len -= (size_t)sent;
  }
}

static void say_text(struct connection *connection, const char *text)
{
  say(connection, text, strlen(text));
}

static void say_many(struct connection *connection, char byte, size_t count)
{
  char block[4096];

  memset(block, byte, sizeof(block));
  while (count > 0) {
    size_t len = count < sizeof(block) ? count : sizeof(block);
    say(connection, block, len);
    count -= len;
  }
}

static void say_head(struct connection *connection, int status, size_t len)
{
  char head[128];

  snprintf(head, sizeof(head),
           "HTTP/1.1 %d Status\r\nContent-Length: %lu\r\n\r\n", status,
           (unsigned long)len);
  say_text(connection, head);
}

static void say_path(struct connection *connection, const char *method,
                     const char *path, int status)
{
  say_head(connection, status, strlen(path));
  if (strcmp(method, "HEAD") != 0)
    say_text(connection, path);
}

static bool reads(const char *path, const char *word, long *number)
{
  size_t len = strlen(word);

  if (strncmp(path, word, len) != 0)
    return false;
  *number = strtol(path + len, NULL, 10);
  return true;
}

static void begin_again(struct connection *connection)
{
  connection->head_len = 0;
  connection->in_body = false;
  connection->due_ms = 0;
}

static void answer(struct peer *peer, struct connection *connection)
{
  char method[16] = "", path[64] = "";
  long number = 0;

  sscanf(connection->head, "%15s %63s", method, path);
  if (strcmp(path, "/close") == 0) {
    hang_up(peer, connection);
  } else if (strcmp(path, "/never") == 0) {
    connection->due_ms = 0;
  } else if (strcmp(path, "/cut") == 0) {
    say_head(connection, 200, 100);
    say_many(connection, 'c', 10);
    hang_up(peer, connection);
  } else if (strcmp(path, "/stall") == 0) {
    say_head(connection, 200, 100);
    say_many(connection, 's', 10);
    connection->due_ms = 0;
  } else if (reads(path, "/drip/", &number)) {
    if (connection->drip_left == 0) {
      say_head(connection, 200, (size_t)number);
      connection->drip_left = (int)number;
    }
    say_many(connection, 'd', 1);
    connection->due_ms = cln_now_ms() + 300;
    if (--connection->drip_left == 0)
      begin_again(connection);
  } else if (reads(path, "/big/", &number)) {
    say_head(connection, 200, (size_t)number);
    say_many(connection, 'b', (size_t)number);
    begin_again(connection);
  } else if (reads(path, "/headers/", &number)) {
    say_text(connection, "HTTP/1.1 200 OK\r\n");
    for (; number > 0; number -= 64) {
      say_text(connection, "X-H: ");
      say_many(connection, 'h', 57);
      say_text(connection, "\r\n");
    }
    say_text(connection, "Content-Length: 0\r\n\r\n");
    begin_again(connection);
  } else if (reads(path, "/status/", &number)) {
    say_path(connection, method, path, (int)number);
    begin_again(connection);
  } else if (strcmp(path, "/early") == 0) {
    say_text(connection, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
    say_path(connection, method, path, 200);
    begin_again(connection);
  } else if (strcmp(path, "/last") == 0) {
    say_text(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                         "Content-Length: 5\r\n\r\n/last");
    hang_up(peer, connection);
  } else {
    say_path(connection, method, path, 200);
    begin_again(connection);
  }
}

/* ---- requests ----------------------------------------------------------- */

/* Value of Content-Length; the head is NUL-terminated. */
static long long body_length(const char *head)
{
  const char *at = strstr(head, "\r\nContent-Length:");

  return at ? strtoll(at + 17, NULL, 10) : 0;
}

static void note(struct peer *peer, const struct connection *connection)
{
  const char *head = connection->head;
  const char *first = strchr(head, ' ');
  const char *second = first ? strchr(first + 1, ' ') : NULL;
  int len = second ? (int)(second - head) : 0;

  if (peer->counts.requests < MOST_REQUESTS)
    snprintf(peer->seen[peer->counts.requests], sizeof(peer->seen[0]), "%.*s",
             len, head);
  snprintf(peer->last_head, sizeof(peer->last_head), "%s", head);
  peer->counts.requests++;
}

static void request_is_read(struct peer *peer, struct connection *connection)
{
  char path[64] = "";
  long number = 0;

  note(peer, connection);
  sscanf(connection->head, "%*s %63s", path);
  connection->due_ms = 1;
  if (reads(path, "/slow/", &number))
    connection->due_ms = cln_now_ms() + number;
}

static void take_head(struct peer *peer, struct connection *connection)
{
  char *end;

  connection->head[connection->head_len] = '\0';
  end = strstr(connection->head, "\r\n\r\n");
  if (!end)
    return;
  connection->in_body = true;
  connection->body_left =
      body_length(connection->head) -
      (long long)(connection->head_len - (size_t)(end + 4 - connection->head));
  end[4] = '\0';
  if (strstr(connection->head, " /reset ")) {
    note(peer, connection);
    reset(peer, connection);
  }
}

static void take(struct peer *peer, struct connection *connection)
{
  char block[65536];
  size_t room = HEAD_BYTES - 1 - connection->head_len;
  char *to =
      connection->in_body ? block : connection->head + connection->head_len;
  size_t most = connection->in_body ? sizeof(block) : room;
  ssize_t got = recv(connection->fd, to, most, 0);

  if (got <= 0) {
    connection->ended = true;
    hang_up(peer, connection);
    return;
  }
  connection->bytes += got;
  if (connection->in_body) {
    connection->body_left -= got;
  } else {
    connection->head_len += (size_t)got;
    take_head(peer, connection);
  }
  if (connection->fd >= 0 && connection->in_body &&
      connection->body_left <= 0 && connection->due_ms == 0)
    request_is_read(peer, connection);
}

static void take_connection(struct peer *peer)
{
  int fd = accept(peer->listener, NULL, NULL);
  struct connection *connection;
  int one = 1;

  if (fd < 0)
    return;
  if (peer->counts.connections == MOST_CONNECTIONS) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  connection = &peer->connections[peer->counts.connections++];
  connection->fd = fd;
  connection->head = malloc(HEAD_BYTES);
  if (!connection->head)
    close(fd);
  if (++peer->counts.open_now > peer->counts.open_most)
    peer->counts.open_most = peer->counts.open_now;
}

/* ---- the thread --------------------------------------------------------- */

static int answer_due(struct peer *peer)
{
  long long now_ms = cln_now_ms();
  int wait_ms = 1000;
  int i;

  for (i = 0; i < peer->counts.connections; i++) {
    struct connection *connection = &peer->connections[i];
    if (connection->fd >= 0 && connection->due_ms > 0 &&
        connection->due_ms <= now_ms)
      answer(peer, connection);
    if (connection->due_ms > now_ms && connection->due_ms - now_ms < wait_ms)
      wait_ms = (int)(connection->due_ms - now_ms);
  }
  return wait_ms;
}

static void *serve(void *argument)
{
  struct peer *peer = argument;
  static const short in = POLLIN;
  struct pollfd polls[MOST_CONNECTIONS + 2];
  int who[MOST_CONNECTIONS];
  int wait_ms = 0;
  int i;

  for (;;) {
    nfds_t count = 2;

    polls[0].fd = peer->stop[0];
    polls[1].fd = peer->listener;
    pthread_mutex_lock(&peer->mutex);
    for (i = 0; i < peer->counts.connections; i++)
      if (peer->connections[i].fd >= 0) {
        who[count - 2] = i;
        polls[count++].fd = peer->connections[i].fd;
      }
    pthread_mutex_unlock(&peer->mutex);
    for (i = 0; i < (int)count; i++) {
      polls[i].events = in;
      polls[i].revents = 0;
    }
    poll(polls, count, wait_ms);
    if (polls[0].revents)
      return NULL;
    pthread_mutex_lock(&peer->mutex);
    if (polls[1].revents)
      take_connection(peer);
    for (i = 2; i < (int)count; i++)
      if (polls[i].revents)
        take(peer, &peer->connections[who[i - 2]]);
    wait_ms = answer_due(peer);
    pthread_mutex_unlock(&peer->mutex);
  }
}

static bool open_listener(struct peer *peer)
{
  struct sockaddr_in address;
  socklen_t len = sizeof(address);

  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer->listener = socket(AF_INET, SOCK_STREAM, 0);
  if (peer->listener < 0 ||
      bind(peer->listener, (struct sockaddr *)&address, len) != 0 ||
      listen(peer->listener, 512) != 0 ||
      getsockname(peer->listener, (struct sockaddr *)&address, &len) != 0)
    return false;
  peer->port = ntohs(address.sin_port);
  return true;
}

struct peer *peer_start(void)
{
  struct peer *peer = calloc(1, sizeof(*peer));
  sigset_t all, before;
  int failed;

  if (!peer)
    return NULL;
  if (pipe(peer->stop) != 0 || !open_listener(peer)) {
    free(peer);
    return NULL;
  }
  pthread_mutex_init(&peer->mutex, NULL);
  sigfillset(&all); /* the thread inherits it: SIGPIPE is the other side's */
  pthread_sigmask(SIG_BLOCK, &all, &before);
  failed = pthread_create(&peer->thread, NULL, serve, peer);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed) {
    free(peer);
    return NULL;
  }
  return peer;
}

void peer_stop(struct peer *peer)
{
  int i;

  close(peer->stop[1]);
  pthread_join(peer->thread, NULL);
  for (i = 0; i < peer->counts.connections; i++) {
    hang_up(peer, &peer->connections[i]);
    free(peer->connections[i].head);
  }
  close(peer->listener);
  close(peer->stop[0]);
  pthread_mutex_destroy(&peer->mutex);
  free(peer);
}

/* ---- what the tests ask ------------------------------------------------- */

int peer_port(const struct peer *peer)
{
  return peer->port;
}

void peer_count(struct peer *peer, struct peer_counts *counts)
{
  pthread_mutex_lock(&peer->mutex);
  *counts = peer->counts;
  pthread_mutex_unlock(&peer->mutex);
}

int peer_seen(struct peer *peer, const char *method_and_path)
{
  int count = 0;
  int i;

  pthread_mutex_lock(&peer->mutex);
  for (i = 0; i < peer->counts.requests && i < MOST_REQUESTS; i++)
    if (strcmp(peer->seen[i], method_and_path) == 0)
      count++;
  pthread_mutex_unlock(&peer->mutex);
  return count;
}

void peer_last_head(struct peer *peer, char *head, size_t size)
{
  pthread_mutex_lock(&peer->mutex);
  snprintf(head, size, "%s", peer->last_head);
  pthread_mutex_unlock(&peer->mutex);
}

long long peer_bytes(struct peer *peer, int connection)
{
  long long bytes;

  pthread_mutex_lock(&peer->mutex);
  bytes = peer->connections[connection].bytes;
  pthread_mutex_unlock(&peer->mutex);
  return bytes;
}

bool peer_ended(struct peer *peer, int connection)
{
  bool ended;

  pthread_mutex_lock(&peer->mutex);
  ended = peer->connections[connection].ended;
  pthread_mutex_unlock(&peer->mutex);
  return ended;
}
