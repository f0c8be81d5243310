// SPDX-License-Identifier: Apache-2.0
//
// Voice on its way through the kernel: the next packet in order of a stream that the relay knows goes straight
// from the card it came in on to the one it leaves by. Everything else goes up to the relay's sockets.
//
//   gate open:   this program owns the lane; the relay only reads it
//   gate closed: the relay owns the lane; this program lets all packets pass up
//
// A packet of the lane's peer that is not the next one closes the gate, so that what follows stays in order.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#define SECTION(name) __attribute__((section(name), used))
#define UINT(name, value) int (*name)[value]

static void *(*const lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static __u64 (*const now)(void) = (void *)BPF_FUNC_ktime_get_ns;
static long (*const pull)(struct __sk_buff *packet, __u32 length) = (void *)BPF_FUNC_skb_pull_data;
static long (*const correct)(struct __sk_buff *packet, __u32 at, __u64 from, __u64 to, __u64 flags) = (void *)BPF_FUNC_l4_csum_replace;
static __s64 (*const difference)(__be32 *from, __u32 from_size, __be32 *to, __u32 to_size, __wsum seed) = (void *)BPF_FUNC_csum_diff;
static long (*const redirect)(__u32 device, void *next_hop, int size, __u64 flags) = (void *)BPF_FUNC_redirect_neigh;

#define SWAP16(number) __builtin_bswap16(number)
#define SWAP32(number) __builtin_bswap32(number)

// On to the next program or to the sockets.
#define UP TC_ACT_UNSPEC
// Expedited forwarding (RFC 3246).
#define EXPEDITED 0xb8
#define HOPS 64
#define RTP 12

// What lane.rs writes; numbers in the machine's order, addresses and ports in the network's.
struct lane {
  __u64 packets, bytes, arrival;
  __u32 ssrc, timestamp, hertz, sixteenths;
  __u32 peer[4], here[4], from[4], to[4];
  __be16 peer_port, from_port, to_port;
  __u16 sequence;
  __u32 device, longest;
  __u8 kind, family;
  __u8 spare[6];
};

struct {
  UINT(type, BPF_MAP_TYPE_ARRAY);
  UINT(max_entries, 1);
  __u32 *key;
  struct lane *value;
} LANES SECTION(".maps");

struct {
  UINT(type, BPF_MAP_TYPE_ARRAY);
  UINT(max_entries, 1);
  __u32 *key;
  __u32 *value;
} GATES SECTION(".maps");

// The relay's ports; set when the program is loaded.
const volatile __u16 FIRST = 0;
const volatile __u16 PAIRS = 0;

// `version` is a constant wherever these are called, so that there are two programs in one, each without the other's
// questions: the kernel's check of this program cannot tell that one of two pointers is always there.
#define INLINE static __attribute__((always_inline))

struct headers {
  struct iphdr *v4;
  struct ipv6hdr *v6;
  struct udphdr *udp;
  __u8 *rtp;
};

INLINE int same(const __u32 *a, const __u32 *b) {
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

INLINE int headers_of(struct __sk_buff *packet, int version, struct headers *found) {
  void *ip = (void *)(long)packet->data + sizeof(struct ethhdr);
  found->v4 = ip;
  found->v6 = ip;
  found->udp = version == 4 ? (void *)(found->v4 + 1) : (void *)(found->v6 + 1);
  found->rtp = (void *)(found->udp + 1);
  return (void *)(found->rtp + RTP) <= (void *)(long)packet->data_end;
}

// Options, fragments and extension headers are not for here.
INLINE int plain(int version, const struct headers *at) {
  if (version == 4)
    return at->v4->ihl == 5 && at->v4->protocol == IPPROTO_UDP && !(at->v4->frag_off & SWAP16(0x3fff));
  return at->v6->nexthdr == IPPROTO_UDP;
}

INLINE int of_the_peer(int version, const struct headers *at, const struct lane *lane) {
  if (lane->family != version || at->udp->source != lane->peer_port)
    return 0;
  if (version == 4)
    return at->v4->saddr == lane->peer[0] && at->v4->daddr == lane->here[0];
  return same((__u32 *)&at->v6->saddr, lane->peer) && same((__u32 *)&at->v6->daddr, lane->here);
}

// RTP version 2 that is not RTCP (RFC 5761 4); STUN, DTLS and RTCP do not disturb the order of the voice.
INLINE int voice(const __u8 *rtp) {
  return (rtp[0] & 0xc0) == 0x80 && (rtp[1] & 0x7f) - 64u >= 32;
}

// The next packet of the stream, no longer than what goes out whole.
INLINE int next(const struct lane *lane, const __u8 *rtp, __u32 length) {
  __u16 sequence = (__u16)(rtp[2] << 8 | rtp[3]);
  __u32 timestamp = SWAP32(*(__u32 *)(rtp + 4)), ssrc = SWAP32(*(__u32 *)(rtp + 8));
  return ssrc == lane->ssrc && sequence == (__u16)(lane->sequence + 1) && timestamp != lane->timestamp &&
         (rtp[1] & 0x7f) == lane->kind && length <= lane->longest;
}

// RFC 3550 A.8, as quality.rs counts it.
INLINE void count(struct lane *lane, const __u8 *rtp, __u32 length, __u64 at) {
  __u32 timestamp = SWAP32(*(__u32 *)(rtp + 4));
  __u64 passed = at - lane->arrival;
  __u32 travelled = (__u32)(passed / 1000000000 * lane->hertz + passed % 1000000000 * lane->hertz / 1000000000);
  __s32 moved = (__s32)(travelled - (timestamp - lane->timestamp));
  __u32 size = moved < 0 ? -(__u32)moved : (__u32)moved;
  if (size <= lane->hertz)
    lane->sixteenths += size - ((lane->sixteenths + 8) >> 4);
  lane->timestamp = timestamp;
  lane->arrival = at;
  lane->sequence++;
  lane->packets++;
  lane->bytes += length;
}

INLINE void seal(struct iphdr *ip) {
  __u32 sum = 0;
  __u16 *words = (void *)ip;
  ip->check = 0;
#pragma unroll
  for (int at = 0; at < 10; at++)
    sum += words[at];
  sum = (sum & 0xffff) + (sum >> 16);
  sum += sum >> 16;
  ip->check = (__u16)~sum;
}

INLINE __u32 send4(struct __sk_buff *packet, struct headers *at, const struct lane *lane) {
  const __u32 checksum = sizeof(struct ethhdr) + sizeof(struct iphdr) + 6;
  __u32 source = at->v4->saddr, target = at->v4->daddr;
  at->v4->saddr = lane->from[0];
  at->v4->daddr = lane->to[0];
  at->v4->tos = EXPEDITED;
  at->v4->ttl = HOPS;
  seal(at->v4);
  correct(packet, checksum, source, lane->from[0], BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | 4);
  correct(packet, checksum, target, lane->to[0], BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | 4);
  return checksum;
}

INLINE __u32 send6(struct __sk_buff *packet, struct headers *at, const struct lane *lane) {
  const __u32 checksum = sizeof(struct ethhdr) + sizeof(struct ipv6hdr) + 6;
  __u32 before[8], after[8];
  __builtin_memcpy(before, &at->v6->saddr, 32);
  __builtin_memcpy(after, lane->from, 16);
  __builtin_memcpy(after + 4, lane->to, 16);
  __builtin_memcpy(&at->v6->saddr, after, 32);
  *(__be32 *)at->v6 = SWAP32(6u << 28 | EXPEDITED << 20);
  at->v6->hop_limit = HOPS;
  __s64 change = difference(before, 32, after, 32, 0);
  correct(packet, checksum, 0, (__u32)change, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0);
  return checksum;
}

INLINE int carry(struct __sk_buff *packet, int version) {
  struct headers at;
  const __u32 reach = sizeof(struct ethhdr) + (version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) +
                      sizeof(struct udphdr) + RTP;
  if (!headers_of(packet, version, &at) && (pull(packet, reach) || !headers_of(packet, version, &at)))
    return UP;
  if (!plain(version, &at))
    return UP;
  __u16 port = SWAP16(at.udp->dest);
  __u32 pair = (__u16)(port - FIRST) >> 1;
  if (port & 1 || port < FIRST || pair >= PAIRS)
    return UP;
  __u32 *gate = lookup(&GATES, &pair);
  if (!gate || !*(volatile __u32 *)gate)
    return UP;
  struct lane *lane = lookup(&LANES, &pair);
  if (!lane || !of_the_peer(version, &at, lane) || !voice(at.rtp))
    return UP;
  __u32 length = SWAP16(at.udp->len) - sizeof(struct udphdr);
  if (!next(lane, at.rtp, length)) {
    *gate = 0;
    return UP;
  }
  count(lane, at.rtp, length, now());
  __be16 source = at.udp->source, target = at.udp->dest;
  at.udp->source = lane->from_port;
  at.udp->dest = lane->to_port;
  __u32 checksum = version == 4 ? send4(packet, &at, lane) : send6(packet, &at, lane);
  correct(packet, checksum, source, lane->from_port, BPF_F_MARK_MANGLED_0 | 2);
  correct(packet, checksum, target, lane->to_port, BPF_F_MARK_MANGLED_0 | 2);
  return redirect(lane->device, 0, 0, 0);
}

SECTION("classifier") int relay(struct __sk_buff *packet) {
  if (packet->vlan_present)
    return UP;
  if (packet->protocol == SWAP16(ETH_P_IP))
    return carry(packet, 4);
  if (packet->protocol == SWAP16(ETH_P_IPV6))
    return carry(packet, 6);
  return UP;
}

char LICENSE[] SECTION("license") = "Apache-2.0";
