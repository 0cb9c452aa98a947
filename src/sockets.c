/* See sockets.h. */
#define _POSIX_C_SOURCE 200809L

#include "sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int cln_sockets_open(struct cln_sockets *sockets, int family, int type,
                     int protocol)
{
#ifdef SOCK_CLOEXEC
  int fd = socket(family, type | SOCK_CLOEXEC, protocol);
#else
  int fd = socket(family, type, protocol);
#endif

  if (fd < 0)
    return -1;
  if (sockets->count == sockets->cap) {
    size_t cap = sockets->cap ? 2 * sockets->cap : 16;
    struct cln_socket *grown = realloc(sockets->list, cap * sizeof(*grown));
    if (!grown) {
      close(fd);
      return -1;
    }
    sockets->list = grown;
    sockets->cap = cap;
  }
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  sockets->list[sockets->count].fd = fd;
  sockets->list[sockets->count].local_port = 0;
  sockets->list[sockets->count].users = 0;
  sockets->list[sockets->count++].multiplexed = false;
  return fd;
}

int cln_sockets_close(struct cln_sockets *sockets, int fd)
{
  size_t i;

  for (i = 0; i < sockets->count; i++)
    if (sockets->list[i].fd == fd) {
      sockets->list[i] = sockets->list[--sockets->count];
      break;
    }
  return close(fd);
}

static int local_port_of(int fd)
{
  struct sockaddr_storage address;
  socklen_t len = sizeof(address);

  if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    return 0;
  if (address.ss_family == AF_INET)
    return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(((struct sockaddr_in6 *)(void *)&address)->sin6_port);
  return 0;
}

struct cln_socket *cln_sockets_find(struct cln_sockets *sockets,
                                    int local_port)
{
  size_t i;

  for (i = 0; i < sockets->count; i++) {
    struct cln_socket *entry = &sockets->list[i];
    if (entry->local_port == 0)
      entry->local_port = local_port_of(entry->fd);
    if (entry->local_port == local_port)
      return entry;
  }
  return NULL;
}

bool cln_socket_is_stale(const struct cln_socket *entry)
{
  enum { HEADER = 5, ALERT = 0x15, DATA = 0x17, ALERT_BYTES = 19 };
  struct pollfd readable = {entry->fd, POLLIN, 0};
  unsigned char record[HEADER];
  ssize_t got;

  if (poll(&readable, 1, 0) != 1)
    return false;
  if (!entry->multiplexed)
    return true;
  got = recv(entry->fd, record, sizeof(record), MSG_PEEK);
  if (got < HEADER)
    return got <= 0;
  return record[0] == ALERT ||
         (record[0] == DATA && record[3] == 0 && record[4] == ALERT_BYTES);
}

void cln_sockets_close_all(struct cln_sockets *sockets)
{
  size_t i;

  for (i = 0; i < sockets->count; i++)
    close(sockets->list[i].fd);
  cln_sockets_free(sockets);
}

void cln_sockets_free(struct cln_sockets *sockets)
{
  free(sockets->list);
  sockets->list = NULL;
  sockets->count = 0;
  sockets->cap = 0;
}
