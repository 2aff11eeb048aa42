import { Socket } from "node:net";
import * as fc from "fast-check";
import { Connections } from "../../../local/gateway/connections";

const maxOf = (flow: string): number => (flow === "strangers" ? 2 : 3);

describe("connections of the flows", () => {
  it("ends the one of the same flow that was unused for longest", () => {
    const connections = new Connections({ strangers: "strangers", maxOf });
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => new Socket());
    if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined) throw new Error();
    connections.opened(a);
    connections.used(a, "a user");
    connections.opened(b);
    connections.opened(c);
    connections.used(b, "strangers");
    connections.opened(d);
    expect([a, b, c, d].map(({ destroyed }) => destroyed)).toEqual([false, false, true, false]);
    connections.used(a, "strangers");
    expect([a, b, d].map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
    connections.used(d, "a user");
    connections.opened(e);
    expect([a, d, e].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  });

  it("never has more of a flow open than it may, and ends none while there is room", () => {
    const step = fc.record({
      act: fc.constantFrom("open", "use", "close"),
      which: fc.nat({ max: 11 }),
      flow: fc.constantFrom("strangers", "a", "b"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const connections = new Connections({ strangers: "strangers", maxOf });
        const open: { socket: Socket; flow: string }[] = [];
        const countOf = (flow: string): number =>
          open.filter((one) => one.flow === flow && !one.socket.destroyed).length;
        for (const { act, which, flow } of steps) {
          const before = open.filter(({ socket }) => !socket.destroyed).length;
          const one = open[which];
          let target = flow;
          if (act === "open") {
            target = "strangers";
            const socket = new Socket();
            open.push({ socket, flow: target });
            const isFull = countOf(target) > maxOf(target);
            connections.opened(socket);
            expect(open.filter((each) => !each.socket.destroyed).length).toBe(before + (isFull ? 0 : 1));
          } else if (one !== undefined && act === "use") {
            one.flow = flow;
            const isFull = countOf(flow) > maxOf(flow);
            connections.used(one.socket, flow);
            expect(open.filter((each) => !each.socket.destroyed).length).toBe(before - (isFull ? 1 : 0));
            expect(one.socket.destroyed && isFull).toBe(false);
          } else if (one !== undefined) {
            one.socket.destroy();
            one.socket.emit("close", false);
          }
          expect(countOf(target)).toBeLessThanOrEqual(maxOf(target));
        }
      }),
    );
  });
});
