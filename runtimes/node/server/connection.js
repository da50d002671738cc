'use strict';

const { Malformed, Reader } = require('./reader.js');
const { RuntimeError, describe } = require('./runtime-error.js');
const { encodeAnswer } = require('./answer.js');

const IDLE = 75_000; // without a byte, while this side waits for one
const LONGEST_HEAD = 60_000; // from the first byte of a request to the end of its head
const LONGEST_REQUEST = 300_000;
const LINGER_SILENCE = 2_000;
const LINGER = 30_000;
const ENOUGH = 65_536; // held while a call runs; the rest waits with the client
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/** One client: answers its requests one after another, in the order they came. */
class Connection {
  isBusy = false; // a call runs for it
  #isLast = false; // closes after this answer
  #isAdvancing = false;
  #hasEnded = false; // the client sends nothing more
  #lingersUntil = 0; // until when it reads on, only to let the client read the answer
  #begun = 0; // when the request that is being read began
  #socket;
  #service;
  #reader;

  /** `service` lets heads in, takes bodies, and knows whether it is stopping. */
  constructor(socket, service) {
    this.#socket = socket;
    this.#service = service;
    this.#reader = new Reader(service.admit, service.limit, service.tooLarge);
    socket.setTimeout(IDLE);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.#end());
    socket.on('drain', () => this.#advance());
    socket.on('timeout', () => this.isBusy || socket.destroy());
    socket.on('error', () => {}); // it has gone, and is closed
  }

  #receive(chunk) {
    if (this.#lingersUntil > 0) {
      if (Date.now() > this.#lingersUntil) this.#socket.destroy();
      return;
    }
    this.#reader.feed(chunk);
    if (this.isBusy && this.#reader.size > ENOUGH) this.#socket.pause();
    this.#advance();
  }

  #end() {
    this.#hasEnded = true; // it may still wait for an answer
    if (this.#lingersUntil > 0) this.#socket.destroySoon();
    else this.#advance();
  }

  /** Goes as far as the bytes do. */
  #advance() {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    try {
      while (!this.isBusy && this.#lingersUntil === 0 && this.#socket.writable && !this.#socket.writableNeedDrain) {
        if (!this.#read()) break;
      }
    } catch (error) {
      console.error(describe(error).stack); // this server's own fault costs one client its connection
      this.#socket.destroy();
    }
    this.#isAdvancing = false;
  }

  /** Takes a request, and hands it over to be answered. Whether there was one. */
  #read() {
    const reader = this.#reader;
    let body;
    try {
      body = reader.next();
    } catch (error) {
      this.#refuse(error);
      return false;
    }
    if (body === undefined) {
      if (this.#hasEnded) this.#socket.destroySoon(); // what else came is half a request, and the rest will not come
      else if (reader.isBetween) this.#begun = 0;
      else this.#watch();
      if (reader.waits()) this.#socket.write(CONTINUE);
      if (this.#socket.isPaused()) this.#socket.resume();
      return false;
    }
    this.#begun = 0;
    this.isBusy = true;
    this.#isLast = reader.head.isLast;
    this.#service.receive(this, body);
    return true;
  }

  /** A client that goes on sending a little is not silent, and is not waited for for good. */
  #watch() {
    const now = Date.now();
    if (this.#begun === 0) this.#begun = now;
    if (now - this.#begun > (this.#reader.isInHead ? LONGEST_HEAD : LONGEST_REQUEST)) this.#socket.destroy();
  }

  /** An answer given before the whole request was read is the last of its connection. */
  #refuse(error) {
    if (!(error instanceof RuntimeError) && !(error instanceof Malformed)) throw error;
    this.#isLast = true;
    // Closed over unread bytes, a connection takes its answer with it.
    this.#lingersUntil = Date.now() + LINGER;
    this.#socket.setTimeout(LINGER_SILENCE);
    this.#write(error.answer, this.#reader.head?.method === 'HEAD');
    if (this.#hasEnded) this.#socket.destroySoon();
    else this.#socket.end();
  }

  /** Sends the answer to the request that was received. If the client has gone, nobody hears it. */
  reply(answer) {
    this.isBusy = false;
    if (!this.#socket.writable) return;
    this.#isLast ||= this.#service.isStopping || (this.#hasEnded && this.#reader.isBetween);
    this.#write(answer, false);
    if (this.#isLast) this.#socket.destroySoon();
    else this.#advance();
  }

  #write(answer, isBodiless) {
    const { head, body } = encodeAnswer(answer, this.#isLast, isBodiless);
    if (body === undefined) {
      this.#socket.write(head);
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
  }

  /** Nothing new comes in. Half a request gets a moment to become a whole one. */
  stop() {
    if (!this.isBusy && this.#reader.isBetween && this.#socket.writableLength === 0) this.#socket.destroy();
  }

  /** That moment is over. */
  stopNow() {
    if (!this.isBusy && this.#socket.writableLength === 0) this.#socket.destroy();
  }
}

module.exports = { Connection };
