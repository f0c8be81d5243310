"""The daemon and Kamailio side by side, sipp as the phones, and what the kernel counted meanwhile.

Both servers run on CPU 0, the load comes from CPU 1. CPU time is what the kernel counts for all threads of a server
during one load. sipp's clock ticks in milliseconds, so the 401 round trip is measured by a socket of our own."""
import contextlib, glob, hashlib, itertools, json, os, pathlib, re, signal, socket, ssl, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
OURS, CHALLENGING, PLAIN, FLOOR = "127.80.0.1", "127.80.0.2", "127.80.0.3", "127.80.0.4"
NAMES = {OURS: "gatehouse", CHALLENGING: "kamailio", PLAIN: "kamailio, plain proxy", FLOOR: "the least"}
SERVER_CPU, LOAD_CPU = "0", "1"

# The daemon limits what one address may send, so the load comes from many, as it does in an office.
CALLERS = [f"127.81.{n // 250}.{n % 250 + 1}" for n in range(500)]
DESKS = [f"127.82.0.{n + 1}" for n in range(8)]
DESK_PORT = 15070
REGISTER = TOP / "tests/sipp/register.xml"


def build():
    subprocess.run(["cargo", "build", "--release", "--locked", "-p", "gatehouse", "-p", "practice"], cwd=TOP, check=True)
    subprocess.run(["cargo", "build", "--release", "--locked", "-p", "transport", "--example", "sip_floor"], cwd=TOP, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
    return target / "release"


class Bench:
    def __init__(self, folder, binaries, users, wrapper=()):
        self.folder, self.binaries, self.users, self.wrapper = folder, binaries, users, list(wrapper)
        self.servers, self.others, self.count = {}, [], itertools.count()
        self.home = free_port()

    def start_ours(self):
        account, config = self.folder / "account.json", self.folder / "gatehouse.toml"
        account.write_bytes(subprocess.check_output([self.binaries / "practice-cloud", "--generate", str(self.users)]))
        cloud = subprocess.Popen([self.binaries / "practice-cloud", "--account", account, "--token-id", "bench",
                                  "--token", "bench-token"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.others.append(cloud)
        ready = json.loads(cloud.stdout.readline())
        (self.folder / "token").write_text("bench-token\n")
        config.write_text(f"""
[sip]
listen = ["udp:{OURS}:5060", "tcp:{OURS}:5060", "tls:{OURS}:5061"]
[media]
address = "{OURS}"
# A port rests between two calls; here there are thousands a second.
ports = "20000-59999"
[web]
https = "{OURS}:8443"
http = "{OURS}:8080"
[cloud]
api = "{ready['http']}"
token_id = "bench"
token_file = "{self.folder / 'token'}"
[trunk]
mode = "off"
[log]
level = "warn"
""")
        self.place = ["--config", str(config), "--data", str(self.folder / "data")]
        (self.folder / "data").mkdir()
        self.run_ours()
        wait("the account in the mirror", lambda: len(self.asked("phones")) >= self.users)
        cloud.kill()  # the box has its copy; the load is between phones and box alone
        phones = [phone for phone in ready["phones"] if phone["extensions"]]
        # Those on connections are not called: a place of a phone whose connection is gone would be rung in vain by one server and not by the other.
        self.called, self.connected, self.callers = phones[:len(DESKS)], phones[len(DESKS):2 * len(DESKS)], phones[2 * len(DESKS):]
        self.rows("registers", self.callers)
        for desk, called, connected in zip(DESKS, self.called, self.connected):
            self.rows(desk, [called])
            self.rows(f"{desk}-connected", [connected])

    def run_ours(self):
        self.pinned(OURS, [*self.wrapper, str(self.binaries / "gatehouse"), "run", *self.place])

    def asked(self, what):
        out = subprocess.run([self.binaries / "gatehouse", what, "--json", *self.place], capture_output=True)
        return json.loads(out.stdout)[what] if out.returncode == 0 else []

    def start_kamailio(self, server, defines):
        certificate, key = self.folder / "cert.pem", self.folder / "key.pem"
        if not certificate.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                            "-subj", "/CN=yardstick", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self.pinned(server, ["kamailio", "-f", str(HERE / "kamailio.cfg"), *defines, "-A", f'CERTIFICATE="{certificate}"',
                             "-A", f'KEY="{key}"', "-l", f"udp:{server}:5060",
                             "-l", f"tcp:{server}:5060", "-l", f"tls:{server}:5061", "-DD", "-E", "-m", "1024", "-M", "8", "-Y", str(self.folder), "-P", str(self.folder / f"{server}.pid")])
        wait(NAMES[server], lambda: probe(server, 1)[0])

    def start_floor(self):
        """The least that answers a REGISTER; it knows nobody and remembers nothing."""
        self.pinned(FLOOR, [str(self.binaries / "examples/sip_floor"), f"{FLOOR}:5060"])
        wait(NAMES[FLOOR], lambda: probe(FLOOR, 1)[0])

    def pinned(self, server, command):
        log = open(self.folder / f"{server}.log", "w")
        self.servers[server] = subprocess.Popen(["taskset", "-c", SERVER_CPU, *command], stdout=log, stderr=log)

    def rows(self, name, phones):
        lines = [f"{p['user']};[authentication username={p['user']} password={p['password']}];{CALLERS[n % len(CALLERS)]}"
                 for n, p in enumerate(phones)]
        (self.folder / f"{name}.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]))

    def load(self, server, what, runs):
        """Starts sipps, waits for them, and says what one of the things they did cost the server."""
        pid = self.servers[server].pid
        before, began = cpu(pid), time.monotonic()
        passed, failed, again = (sum(column) for column in zip(*(self.numbers(run) for run in runs())))
        used, wall = cpu(pid) - before, time.monotonic() - began
        return dict(what=what, server=server, passed=passed, failed=failed, again=again,
                    cpu_us=used / max(passed, 1) * 1e6, per_second=passed / wall)

    def refresh(self, server, number, what="register"):
        """Phones that come back from where they were."""
        return self.load(server, what, lambda: [self.spread(server, REGISTER, "registers", number, 30, self.home)])

    def move(self, server, number):
        """Phones that come from an address nobody knows yet."""
        return self.load(server, "move", lambda: [self.spread(server, REGISTER, "registers", number, 30, free_port())])

    def tcp(self, server, number):
        """As `refresh`, over eight connections."""
        each = lambda desk: self.sipp_started(server, REGISTER, f"{desk}-connected", number // len(DESKS), "-t", "t1", "-i", desk,
                                              "-p", "15080", "-r", "20000", "-l", "4")
        return self.load(server, "tcp", lambda: [each(desk) for desk in DESKS])

    def tls(self, server, number):
        """As `tcp`, over TLS: by sockets of our own, since sipp cannot."""
        phones = list(zip(DESKS, self.connected))
        lines = [TlsPhone(server, desk, phone) for desk, phone in phones]
        pid = self.servers[server].pid
        before, passed = cpu(pid), 0
        os.sched_setaffinity(0, {int(LOAD_CPU)})
        for _ in range(number // len(lines)):
            for line in lines:
                line.ask()
            for line in lines:
                line.prove()
            passed += sum(line.is_registered() for line in lines)
        used = cpu(pid) - before
        for line in lines:
            line.socket.close()
        failed = number // len(lines) * len(lines) - passed
        return dict(what="tls", server=server, passed=passed, failed=failed, cpu_us=used / max(passed, 1) * 1e6)

    def call(self, server, number, *options, at_once=4):
        """Calls to all desks, one sipp each, since sipp signs one address for a whole run."""
        scenario = HERE / "call_plain.xml" if server == PLAIN else TOP / "tests/sipp/call.xml"
        whom = [phone["extensions"][0] if server == OURS else phone["user"] for phone in self.called]
        each = lambda one: self.spread(server, scenario, "registers", number // len(whom), at_once, free_port(), "-s", one,
                                       "-auth_uri", f"{one}@{server}:5060", *options)
        return self.load(server, "call", lambda: [each(one) for one in whom])

    def desks(self):
        """Phones that answer, registered everywhere."""
        for server in self.servers:
            for desk in DESKS:
                self.sipp(server, REGISTER, desk, 1, "-i", desk, "-p", str(DESK_PORT))
        for desk in DESKS:
            self.answer(desk)

    def spread(self, server, scenario, rows, number, at_once, port, *options):
        """A run from many addresses, as fast as the server answers unless `options` say otherwise. The copy of the
        scenario names the real address, since sipp forgets its own port when it sends from many."""
        copy = self.folder / f"{port}-{scenario.name}"
        copy.write_text(scenario.read_text().replace("[local_ip]:[local_port]", f"[field2]:{port}"))
        return self.sipp_started(server, copy, rows, number, "-t", "ui", "-max_socket", "1000", "-ip_field", "2", "-i", "127.0.0.1",
                                 "-p", str(port), "-r", "20000", "-l", str(at_once), *options)

    def sipp(self, *run):
        return self.numbers(self.sipp_started(*run))

    def sipp_started(self, server, scenario, rows, number, *options):
        numbers = self.folder / f"numbers-{next(self.count)}.csv"
        process = subprocess.Popen(["taskset", "-c", LOAD_CPU, "sipp", f"{server}:5060", "-sf", scenario, "-inf",
                                    self.folder / f"{rows}.csv", "-m", str(number), "-d", "0", "-nostdin", "-recv_timeout",
                                    "20000", "-timeout", "300", "-buff_size", "4194304", "-trace_stat", "-fd", "1",
                                    "-stf", numbers, *options],
                                   cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return process, numbers

    def numbers(self, run):
        process, numbers = run
        process.wait()
        lines = [line.split(";") for line in numbers.read_text().splitlines()]
        last = dict(zip(lines[0], lines[-1]))
        return tuple(int(last[name]) for name in ("SuccessfulCall(C)", "FailedCall(C)", "Retransmissions(C)"))

    def answer(self, desk):
        desks = subprocess.Popen(["taskset", "-c", LOAD_CPU, "sipp", "-sf", TOP / "tests/sipp/answer.xml", "-i", desk,
                                  "-p", str(DESK_PORT), "-d", "0", "-nostdin", "-buff_size", "4194304"], cwd=self.folder,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.others.append(desks)

    def latency(self, server, number):
        times, bad = probe(server, number)
        times.sort()
        return dict(what="401", server=server, failed=bad, p50_us=times[len(times) // 2], p99_us=times[len(times) * 99 // 100])

    def stop(self):
        for process in [*self.servers.values(), *self.others]:
            process.send_signal(signal.SIGTERM)
        for process in [*self.servers.values(), *self.others]:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


class TlsPhone:
    """One connection over TLS that registers again and again."""

    def __init__(self, server, address, phone):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection((server, 5061), 10, (address, 0))
        self.socket, self.server, self.phone, self.number = context.wrap_socket(plain), server, phone, 0

    def send(self, proof=""):
        self.number += 1
        user, (ip, port) = self.phone["user"], self.socket.getsockname()
        self.socket.sendall((
            f"REGISTER sip:{self.server} SIP/2.0\r\nVia: SIP/2.0/TLS {ip}:{port};branch=z9hG4bKt{port}x{self.number};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{user}@{self.server}>;tag=t{port}\r\nTo: <sip:{user}@{self.server}>\r\n"
            f"Call-ID: t{port}\r\nCSeq: {self.number} REGISTER\r\nContact: <sip:{user}@{ip}:{port};transport=tls>\r\n"
            f"{proof}Expires: 600\r\nContent-Length: 0\r\n\r\n").encode())

    def hear(self):
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += self.socket.recv(65535)
        return heard.decode()

    def ask(self):
        self.send()

    def prove(self):
        challenges = [line for line in self.hear().split("\r\n") if line.startswith("WWW-Authenticate:")]
        words = dict(re.findall(r'(\w+)="?([^",]+)"?', challenges[-1]))
        digest = lambda *parts: hashlib.md5(":".join(parts).encode()).hexdigest()
        user, uri = self.phone["user"], f"sip:{self.server}"
        one, two = digest(user, words["realm"], self.phone["password"]), digest("REGISTER", uri)
        response = digest(one, words["nonce"], "00000001", "c0ffee", "auth", two)
        self.send(f'Authorization: Digest username="{user}", realm="{words["realm"]}", nonce="{words["nonce"]}", uri="{uri}", '
                  f'algorithm=MD5, qop=auth, nc=00000001, cnonce="c0ffee", response="{response}"\r\n')

    def is_registered(self):
        return self.hear().startswith("SIP/2.0 200")


def probe(server, number):
    """Round trips of a REGISTER without a password, one under way, in microseconds."""
    lines = [line_to(server, caller) for caller in CALLERS[:min(number, 100)]]
    times, bad = [], 0
    for count in range(number):
        line, ip, port = lines[count % len(lines)]
        user = f"7654321e{count % 1000}@{server}"
        text = (f"REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:{port};branch=z9hG4bKp{port}x{count};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:{user}>;tag=p{count}\r\nTo: <sip:{user}>\r\n"
                f"Call-ID: p{port}-{count}\r\nCSeq: 1 REGISTER\r\nContact: <sip:u@{ip}:{port}>\r\n"
                "Expires: 600\r\nContent-Length: 0\r\n\r\n").encode()
        began = time.perf_counter_ns()
        try:
            line.send(text)
            answer = line.recv(65535)
        except OSError:
            bad += 1
            continue
        times.append((time.perf_counter_ns() - began) / 1000)
        bad += not answer.startswith(b"SIP/2.0 401")
    return times, bad


def line_to(server, caller):
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((caller, 0))
    line.connect((server, 5060))
    line.settimeout(2)
    return line, *line.getsockname()


def family(pid):
    """A process and all its descendants."""
    children = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            text = open(path).read()
        except OSError:
            continue
        children.setdefault(int(text.rsplit(")", 1)[1].split()[1]), []).append(int(text.split(" ", 1)[0]))
    members, left = [], [pid]
    while left:
        members.append(left.pop())
        left += children.get(members[-1], [])
    return members


def cpu(pid):
    """CPU seconds so far, all threads of the family; schedstat counts in nanoseconds."""
    total = 0
    for member in family(pid):
        for path in glob.glob(f"/proc/{member}/task/*/schedstat"):
            try:
                total += int(open(path).read().split()[0])
            except OSError:
                pass
    return total / 1e9


def memory(pid):
    """PSS in KiB: pages that forked workers share are counted once."""
    total = 0
    for member in family(pid):
        for line in open(f"/proc/{member}/smaps_rollup"):
            total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def wait(what, ready, limit=120):
    end = time.monotonic() + limit
    while not ready():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.1)


@contextlib.contextmanager
def bench(users, wrapper=()):
    """Both servers with one account, torn down afterwards whatever happens."""
    if os.cpu_count() < 2:
        sys.exit("two CPUs are needed: one for the server, one for the load")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    subprocess.run([TOP / "benches/install"], check=True)
    binaries = build()
    with tempfile.TemporaryDirectory(prefix="sipbench") as folder:
        servers = Bench(pathlib.Path(folder), binaries, users, wrapper)
        try:
            servers.start_ours()
            yield servers
        finally:
            servers.stop()


def fail_if_any(figures):
    failed = [figure for figure in figures if figure.get("failed")]
    if failed:
        sys.exit("some did not pass: " + json.dumps(failed))
