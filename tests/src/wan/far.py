"""A long and lossy way: what is routed into the device comes out of it late, or not at all.

far.py DEVICE MILLISECONDS PERCENT
"""

import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MOST_UNDER_WAY = 10_000

name, late, lost = sys.argv[1].encode(), float(sys.argv[2]) / 1000, float(sys.argv[3]) / 100
device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name, IFF_TUN | IFF_NO_PI))
print("ready", flush=True)

under_way = collections.deque(maxlen=MOST_UNDER_WAY)
dice = random.Random(7)
while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    if select.select([device], [], [], wait)[0]:
        packet = os.read(device, 65536)
        if dice.random() >= lost:
            under_way.append((time.monotonic() + late, packet))
    while under_way and under_way[0][0] <= time.monotonic():
        try:
            os.write(device, under_way.popleft()[1])
        except OSError:
            pass  # not a packet that the kernel takes back
