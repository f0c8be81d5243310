"""An office that talks through the whole daemon: phones that register and call, and the voice of all of them.

The phones' signalling is spoken here, over two sockets, one for those who call and one for those who are called. Their voice
comes from `voice_yardstick office`, which numbers every packet."""
import collections, contextlib, ctypes, glob, hashlib, itertools, json, os, pathlib, re, selectors, socket, struct, subprocess, sys, tempfile, time

TOP = pathlib.Path(__file__).resolve().parents[2]
# Another one for each of several runs at once.
NETWORK = os.environ.get("OFFICE_NETWORK", "127.94.0")
HOUSE, CALLERS, DESKS = (f"{NETWORK}.{last}" for last in (1, 2, 3))
SIP, VOICE = 15060, 4000
FIRST, LAST = 20000, 29999
REPEAT, GIVEN_UP = 0.5, 20.0
DESK_COUNT = 8
WAYS = {"kernel": "the kernel", "user": "user space"}


def build():
    cargo = ["cargo", "build", "--release", "--locked"]
    subprocess.run([*cargo, "-p", "gatehouse", "-p", "practice"], cwd=TOP, check=True)
    subprocess.run([*cargo, "-p", "relay", "--example", "voice_yardstick"], cwd=TOP, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"


def generator(binaries):
    return [binaries / "examples/voice_yardstick"]


class Box:
    """The daemon beside a practice cloud that is gone once the account is copied."""

    def __init__(self, binaries, folder, users, way, kept=False):
        self.binaries, self.folder, self.kept = binaries, folder, kept
        account, config, data = folder / "account.json", folder / "gatehouse.toml", folder / "data"
        account.write_bytes(subprocess.check_output([binaries / "practice-cloud", "--generate", str(users)]))
        cloud = subprocess.Popen([binaries / "practice-cloud", "--account", account, "--token-id", "bench", "--token",
                                  "bench-token"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ready = json.loads(cloud.stdout.readline())
        (folder / "token").write_text("bench-token\n")
        data.mkdir()
        config.write_text(f"""
[sip]
listen = ["udp:{HOUSE}:{SIP}"]
[media]
address = "{HOUSE}"
ports = "{FIRST}-{LAST}"
fast_path = "{'auto' if way == 'kernel' else 'off'}"
[web]
https = "{HOUSE}:18443"
http = "{HOUSE}:18080"
[cloud]
api = "{ready['http']}"
token_id = "bench"
token_file = "{folder / 'token'}"
[trunk]
mode = "off"
[log]
level = "warn"
""")
        self.place = ["--config", str(config), "--data", str(data)]
        with open(folder / "log", "w") as log:
            self.program = subprocess.Popen([binaries / "gatehouse", "keep" if kept else "run", *self.place], stdout=log, stderr=log)
        try:
            wait("the account in the mirror", lambda: len(self.asked("phones")) >= users)
        finally:
            cloud.kill()
            cloud.wait()
        self.phones = [phone for phone in ready["phones"] if phone["extensions"]]

    def asked(self, what):
        """What the daemon tells; nothing while it does not answer."""
        out = subprocess.run([self.binaries / "gatehouse", what, "--json", *self.place], capture_output=True)
        return json.loads(out.stdout)[what] if out.returncode == 0 else []

    @property
    def pid(self):
        """The daemon itself, past whoever stands by."""
        if not self.kept:
            return self.program.pid
        children = pathlib.Path(f"/proc/{self.program.pid}/task/{self.program.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def figures(self):
        """Memory in KiB, and how many of each thing it holds."""
        roll = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        kib = lambda name: int(re.search(rf"(?m)^{name}: +(\d+) kB", roll)[1])
        return {"pss": kib("Pss"), "rss": kib("Rss"), "files": sum(self.files().values()),
                "threads": len(os.listdir(f"/proc/{self.pid}/task")), "ports": ports()[0], "dropped": ports()[1],
                "lanes": lanes(self.pid)}

    def files(self):
        """What it holds open, each kind how often."""
        kinds = collections.Counter()
        for path in glob.glob(f"/proc/{self.pid}/fd/*"):
            with contextlib.suppress(OSError):
                kinds[re.sub(r":\[\d+\]$", "", os.readlink(path))] += 1
        return kinds

    def stop(self):
        for _ in range(2):
            if self.program.poll() is None:
                self.program.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.program.wait(10)
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()


def ports():
    """Ports of the relay's range that the kernel has bound, and datagrams it had no room for in them."""
    house = "%08X" % struct.unpack("=I", socket.inet_aton(HOUSE))
    bound = dropped = 0
    for line in open("/proc/net/udp").readlines()[1:]:
        words = line.split()
        address, port = words[1].split(":")
        if address == house and FIRST <= int(port, 16) <= LAST:
            bound, dropped = bound + 1, dropped + int(words[-1])
    return bound, dropped


def dropped(address):
    """Datagrams that found no room at a phone: no loss of the box's."""
    place = "%08X:%04X" % (struct.unpack("=I", socket.inet_aton(address))[0], VOICE)
    return sum(int(line.split()[-1]) for line in open("/proc/net/udp") if line.split()[1] == place)


BPF = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)
LOOK_UP, BY_ID = 1, 14


def lanes(pid):
    """Streams that the kernel carries for this program: the gates that stand open in its tables."""
    kernel = ctypes.CDLL(None, use_errno=True)
    seen, open_ = set(), 0
    for path in glob.glob(f"/proc/{pid}/fdinfo/*"):
        with contextlib.suppress(OSError):
            words = dict(line.split(":", 1) for line in open(path).read().splitlines() if ":" in line)
            number = int(words.get("map_id", 0))
            if not number or number in seen or int(words["value_size"]) != 4 or int(words["map_type"]) != 2 or int(words["max_entries"]) < 2:
                continue
            seen.add(number)
            by_id = (ctypes.c_uint32 * 3)(number, 0, 0)
            table = kernel.syscall(BPF, BY_ID, ctypes.byref(by_id), ctypes.sizeof(by_id))
            if table < 0:
                sys.exit(f"cannot read the kernel's table: {os.strerror(ctypes.get_errno())}")
            key, value = ctypes.c_uint32(), ctypes.c_uint32()
            at = (ctypes.c_uint64 * 4)(table, ctypes.addressof(key), ctypes.addressof(value), 0)
            for place in range(int(words["max_entries"])):
                key.value = place
                if kernel.syscall(BPF, LOOK_UP, ctypes.byref(at), ctypes.sizeof(at)) == 0:
                    open_ += value.value != 0
            os.close(table)
    return open_


class Voice:
    """What all phones say and hear."""

    def __init__(self, generator):
        self.program = subprocess.Popen([*generator, "office", HOUSE, f"{CALLERS}:{VOICE}", f"{DESKS}:{VOICE}"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.over = []

    def say(self, words):
        self.program.stdin.write(words + "\n")

    def heard(self, word):
        for line in self.program.stdout:
            if line.startswith("over "):
                self.over.append([int(part) for part in line.split()[1:]])
            if line.startswith(word):
                return line
        sys.exit("the voices have ended")

    def tell(self):
        self.say("tell")
        return json.loads(self.heard("{"))

    def ends(self, number):
        """What became of a call's packets: number, sent, heard, missing."""
        self.say(f"over {number}")
        while not any(one[0] == number for one in self.over):
            self.heard("over ")
        return next(one for one in self.over if one[0] == number)

    def stop(self):
        self.program.stdin.close()
        self.program.wait(10)


class Call:
    """One call as both its phones see it."""

    def __init__(self, number, caller, desk):
        self.number, self.caller, self.desk = number, caller, desk
        self.id, self.cseq, self.proof, self.remote = f"office-{os.getpid()}-{number}", 1, "", ""
        self.target = f"sip:{desk['extensions'][0]}@{HOUSE}:{SIP}"
        self.ports, self.state, self.due, self.began, self.last = [None, None], "asking", 0.0, time.monotonic(), ""
        self.desk_leg, self.settled = None, 0


class Phones:
    """Everybody's signalling (RFC 3261), one thing after another."""

    def __init__(self, phones):
        self.sockets = {}
        self.selector = selectors.DefaultSelector()
        for address in (CALLERS, DESKS):
            line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            line.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
            line.bind((address, SIP))
            line.setblocking(False)
            self.sockets[address] = line
            self.selector.register(line, selectors.EVENT_READ, address)
        self.desks, self.callers = phones[:DESK_COUNT], phones[DESK_COUNT:]
        self.calls, self.by_id, self.by_leg, self.ringing = {}, {}, {}, {}
        self.numbers, self.branches, self.registers, self.lost = itertools.count(), itertools.count(), itertools.count(1), []

    def register(self):
        for desk in self.desks:
            uri, proof = f"sip:{HOUSE}:{SIP}", ""
            for cseq in (next(self.registers), next(self.registers)):
                text = self.request("REGISTER", uri, DESKS, desk["user"], f"<sip:{desk['user']}@{HOUSE}>", f"reg-{desk['user']}", cseq, proof + "Expires: 7200\r\n")
                answer = self.asked(DESKS, text, f"reg-{desk['user']}", cseq)
                if answer.startswith("SIP/2.0 200"):
                    break
                proof = prove(answer, desk, "REGISTER", uri)
            else:
                sys.exit(f"a desk cannot register: {answer}")

    def asked(self, address, text, call, cseq):
        for _ in range(int(GIVEN_UP / REPEAT)):
            self.sockets[address].sendto(text.encode(), (HOUSE, SIP))
            end = time.monotonic() + REPEAT
            while time.monotonic() < end:
                for key, _ in self.selector.select(REPEAT):
                    answer = key.fileobj.recv(65535).decode()
                    if answer.startswith("SIP/2.0 ") and header(answer, "Call-ID") == call and header(answer, "CSeq").startswith(f"{cseq} "):
                        return answer
                    self.take(key.data, answer)
        sys.exit("the box does not answer")

    def request(self, method, uri, address, user, to, call, cseq, lines="", body=""):
        kind = "Content-Type: application/sdp\r\n" if body else ""
        return (f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {address}:{SIP};rport;branch=z9hG4bK{os.getpid()}x{next(self.branches)}\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:{user}@{HOUSE}>;tag={call}\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method}\r\n"
                f"Contact: <sip:{user}@{address}:{SIP}>\r\n{lines}{kind}Content-Length: {len(body)}\r\n\r\n{body}")

    def place(self, count=1):
        """Begins calls, one to each desk at most that does not ring already."""
        begun = []
        for desk in self.desks:
            if len(begun) < count and desk["user"] not in self.ringing:
                number = next(self.numbers)
                call = Call(number, self.callers[number % len(self.callers)], desk)
                self.calls[number] = self.by_id[call.id] = self.ringing[desk["user"]] = call
                self.invite(call)
                begun.append(call)
        return begun

    def invite(self, call):
        self.send(call, "INVITE", call.proof, voice(CALLERS))

    def send(self, call, method, lines="", body=""):
        to = f"<sip:{call.desk['extensions'][0]}@{HOUSE}>{call.remote}"
        call.last = self.request(method, call.target, CALLERS, call.caller["user"], to, call.id, call.cseq, lines, body)
        call.due = time.monotonic() + REPEAT
        self.sockets[CALLERS].sendto(call.last.encode(), (HOUSE, SIP))

    def hold(self, call):
        """The caller puts the other aside (RFC 3264 8.4)."""
        call.cseq += 1
        call.settled = 0
        self.send(call, "INVITE", call.proof, voice(CALLERS).replace("sendrecv", "sendonly"))
        while call.settled != call.cseq and call.state == "talking":
            self.step(REPEAT)

    def hang_up(self, call):
        call.cseq += 1
        call.state, call.began = "leaving", time.monotonic()
        self.send(call, "BYE")

    def step(self, patience):
        """Takes what has come, and says again what nobody answered."""
        for key, _ in self.selector.select(patience):
            with contextlib.suppress(BlockingIOError):
                while True:
                    self.take(key.data, key.fileobj.recv(65535).decode())
        now = time.monotonic()
        for call in list(self.calls.values()):
            if call.state in ("asking", "leaving") and now > call.due:
                if now > call.began + GIVEN_UP:
                    self.forget(call, "nobody answers")
                    continue
                call.due = now + REPEAT
                self.sockets[CALLERS].sendto(call.last.encode(), (HOUSE, SIP))

    def take(self, address, text):
        if not text.startswith("SIP/2.0 "):
            return self.asked_of(address, text)
        call = self.by_id.get(header(text, "Call-ID"))
        status, method = int(text.split(" ")[1]), header(text, "CSeq").split()[1]
        cseq = int(header(text, "CSeq").split()[0])
        if call is None or status < 200:
            return
        if method == "BYE" and call.state == "leaving":
            self.forget(call, None)
        if method != "INVITE" or cseq != call.cseq and call.state == "asking":
            return
        remote = re.search(r"(?mi)^To:.*?(;tag=[^;\s]+)", text)
        target = re.search(r"(?mi)^Contact: *<([^>]+)>", text)
        if status >= 300:
            acknowledged = self.request("ACK", call.target, CALLERS, call.caller["user"], header(text, "To"), call.id, cseq)
            branch = re.search(r"branch=([^;\s]+)", call.last)[1]
            self.sockets[CALLERS].sendto(re.sub(r"branch=[^;\s]+", f"branch={branch}", acknowledged, count=1).encode(), (HOUSE, SIP))
            if status == 401 and not call.proof:
                call.proof, call.cseq = prove(text, call.caller, "INVITE", call.target), call.cseq + 1
                self.invite(call)
            elif call.state == "asking":
                self.forget(call, text.split("\r\n")[0])
            return
        call.settled = cseq
        if call.state == "asking":
            call.remote, call.target, call.state = remote[1], target[1], "talking"
            call.ports[0] = int(re.search(r"m=audio (\d+)", text)[1])
        ack = self.request("ACK", call.target, CALLERS, call.caller["user"], header(text, "To"), call.id, cseq)
        self.sockets[CALLERS].sendto(ack.encode(), (HOUSE, SIP))

    def asked_of(self, address, text):
        """The box asks a phone."""
        method, leg = text.split(" ")[0], header(text, "Call-ID")
        if method == "ACK":
            return
        user = re.match(r"\w+ sip:([^@]+)@", text)
        if method == "INVITE" and address == DESKS and leg not in self.by_leg:
            call = self.ringing.pop(user[1], None) if user else None
            if call is not None:
                call.ports[1], call.desk_leg = int(re.search(r"m=audio (\d+)", text)[1]), leg
                self.by_leg[leg] = call
        call = self.by_leg.get(leg) or self.by_id.get(leg)
        if method == "BYE" and call is not None and call.state == "talking":
            self.forget(call, "the box hung up")
        body = voice(address) if method in ("INVITE", "UPDATE") else ""
        if "a=sendonly" in text:
            body = body.replace("sendrecv", "recvonly")
        status = "200 OK" if call or method not in ("INVITE", "BYE") else "481 Nobody here"
        self.answer(address, text, status, body)

    def answer(self, address, text, status, body):
        lines = [line for line in text.split("\r\n\r\n")[0].split("\r\n")[1:] if re.match(r"(?i)(via|from|call-id|cseq|record-route):", line)]
        to = header(text, "To")
        to += "" if ";tag=" in to else f";tag=d{header(text, 'Call-ID')[-12:]}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        user = re.search(r"sip:([^@>]+)@", to)
        contact = f"Contact: <sip:{user[1] if user else 'desk'}@{address}:{SIP}>\r\n"
        answer = f"SIP/2.0 {status}\r\n" + "".join(line + "\r\n" for line in lines) + \
            f"To: {to}\r\n{contact}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        self.sockets[address].sendto(answer.encode(), (HOUSE, SIP))

    def forget(self, call, why):
        self.calls.pop(call.number, None)
        self.by_id.pop(call.id, None)
        self.by_leg.pop(call.desk_leg, None)
        if self.ringing.get(call.desk["user"]) is call:
            self.ringing.pop(call.desk["user"])
        call.state = "over"
        if why:
            self.lost.append((call.number, why))

    def up(self, calls):
        """Waits until these stand on both sides, or are given up."""
        while any(call.state == "asking" or call.state == "talking" and None in call.ports for call in calls):
            self.step(0.05)
        return [call for call in calls if call.state == "talking"]

    def close(self):
        self.selector.close()
        for line in self.sockets.values():
            line.close()

    def gone(self, calls):
        while any(call.state != "over" for call in calls):
            self.step(0.05)


def voice(address):
    return (f"v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio {VOICE} RTP/AVP 8 101\r\n"
            "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n")


def header(text, name):
    return re.search(rf"(?mi)^{name}: *(.*?)\r?$", text)[1]


def prove(refusal, phone, method, uri):
    """The answer to the box's challenge (RFC 7616), by MD5, which every box knows."""
    challenge = re.search(r"(?mi)^WWW-Authenticate: *Digest (.*MD5.*)$", refusal)[1]
    word = lambda name: re.search(rf'{name}="([^"]*)"', challenge)[1]
    md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
    user, realm, nonce = phone["user"], word("realm"), word("nonce")
    first, second = md5(f"{user}:{realm}:{phone['password']}"), md5(f"{method}:{uri}")
    proof = md5(f"{first}:{nonce}:00000001:c0ffee:auth:{second}")
    return (f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5, '
            f'qop=auth, nc=00000001, cnonce="c0ffee", response="{proof}"\r\n')


def wait(what, ready, limit=120):
    end = time.monotonic() + limit
    while not ready():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.1)


class Office:
    """All of it: the box, who telephones and who speaks."""

    def __init__(self, options, way, users=108, kept=False):
        self.folder = tempfile.TemporaryDirectory(prefix="office")
        self.box = self.voice = self.phones = None
        try:
            self.box = Box(options.binaries, pathlib.Path(self.folder.name), users, way, kept)
            self.voice = Voice(options.generator)
            self.phones = Phones(self.box.phones)
            self.phones.register()
        except BaseException:
            self.stop()
            raise
        self.sent = self.missing = self.ended = 0

    def calls(self, count, rate=100):
        """So many more calls, `rate` a second at most, each of which talks as soon as it stands. Returns those that do."""
        begun, standing, began = 0, [], time.monotonic()
        while begun < count:
            self.lasts(began + begun / rate - time.monotonic())
            calls = self.phones.place(count - begun)
            begun += len(calls)
            for call in self.phones.up(calls):
                self.voice.say(f"call {call.number} {call.ports[0]} {call.ports[1]}")
                standing.append(call)
        return standing

    def lasts(self, seconds):
        """So much time passes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.phones.step(end - time.monotonic())

    def until(self, what, ready, patience):
        end = time.monotonic() + patience
        while not ready():
            if time.monotonic() > end:
                sys.exit(f"waited in vain for {what}")
            self.phones.step(0.1)

    def ends(self, calls):
        """Hangs up once everything said was heard. Returns how many packets were missing."""
        for call in calls:
            self.voice.say(f"over {call.number}")
        missing = 0
        for call in calls:
            while not any(one[0] == call.number for one in self.voice.over):
                self.voice.heard("over ")
        for _, sent, _, gone in self.voice.over:
            self.sent, missing, self.ended = self.sent + sent, missing + gone, self.ended + 1
        self.voice.over.clear()
        self.missing += missing
        for call in calls:
            if call.state == "talking":
                self.phones.hang_up(call)
        self.phones.gone(calls)
        return missing

    def stop(self):
        if self.voice:
            self.voice.stop()
        if self.box:
            self.box.stop()
        if self.phones:
            self.phones.close()
        self.folder.cleanup()
