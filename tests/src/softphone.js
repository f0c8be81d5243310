// A person at a page with a telephone in it.
window.Desk = class {
  constructor({ server, user, password }) {
    this.state = "new";
    this.log = [];
    const socket = new JsSIP.WebSocketInterface(server);
    const uri = `sip:${user}@sipgate.de`;
    this.ua = new JsSIP.UA({ sockets: [socket], uri, password, register: true, session_timers: false });
    this.ua.on("registered", () => this.becomes("registered"));
    this.ua.on("registrationFailed", (event) => this.becomes(`refused: ${event.cause}`));
    this.ua.on("newRTCSession", ({ session, originator }) => this.takes(session, originator));
    this.ua.start();
  }

  becomes(state) {
    this.state = state;
    this.log.push(state);
  }

  takes(session, originator) {
    this.session = session;
    if (originator === "remote") this.becomes("ringing");
    session.on("confirmed", () => this.becomes("talking"));
    session.on("hold", ({ originator }) => originator === "local" && this.becomes("holding"));
    session.on("unhold", ({ originator }) => originator === "local" && this.becomes("talking"));
    session.on("ended", () => this.becomes("over"));
    session.on("failed", (event) => {
      this.log.push(event.cause);
      this.becomes("over");
    });
    session.on("sdp", ({ originator, sdp }) => this.log.push(`${originator}: ${sdp}`));
    const follow = (connection) => {
      connection.addEventListener("track", ({ track }) => this.listens(new MediaStream([track])));
      connection.addEventListener("iceconnectionstatechange", () => this.log.push(connection.iceConnectionState));
      connection.addEventListener("connectionstatechange", () => this.log.push(connection.connectionState));
    };
    if (session.connection) follow(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => follow(peerconnection));
  }

  options() {
    return { mediaConstraints: { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false },
      pcConfig: { iceServers: [] } };
  }

  dial(number) {
    this.becomes("calling");
    this.ua.call(`sip:${number}@sipgate.de`, this.options());
  }

  answer() {
    this.session.answer(this.options());
  }

  press(key) {
    this.session.sendDTMF(key, { transportType: "RFC2833" });
  }

  hold(on) {
    if (on) this.session.hold();
    else this.session.unhold();
  }

  hang_up() {
    this.session.terminate();
  }

  listens(stream) {
    // Chromium takes voice off the wire only for somebody who plays it.
    this.speaker = new Audio();
    this.speaker.srcObject = stream;
    this.speaker.muted = true;
    this.speaker.play();
    const context = new AudioContext({ sampleRate: 8000 });
    this.ear = context.createAnalyser();
    this.ear.fftSize = 4096;
    context.createMediaStreamSource(stream).connect(this.ear);
  }

  async received() {
    const said = { packets: 0, lost: 0, tone: 0, level: -1000 };
    for (const one of (await this.session.connection.getStats()).values()) {
      if (one.type !== "inbound-rtp") continue;
      said.packets = one.packetsReceived;
      said.lost = Math.max(0, one.packetsLost);
    }
    if (this.ear) {
      const levels = new Float32Array(this.ear.frequencyBinCount);
      this.ear.getFloatFrequencyData(levels);
      const loudest = levels.indexOf(Math.max(...levels));
      said.level = Math.max(levels[loudest], -1000);
      said.tone = (loudest * this.ear.context.sampleRate) / this.ear.fftSize;
    }
    return said;
  }
};
