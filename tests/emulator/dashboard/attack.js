// Ask the endpoint in each way that a page has, with the well-known password, and hand the outcomes to the test.
const [api, done] = arguments;
const query = "?token=rocketskates:r0cketsk8ts";
const body = JSON.stringify({ Name: "attack" });
const outcome = (promise) => promise.then((answer) => `${answer.type} ${answer.status}`, (error) => error.name);

function post(type, more) {
  return outcome(fetch(`${api}/profiles${query}`, { method: "POST", body, headers: { "Content-Type": type }, ...more }));
}

function socket() {
  return new Promise((resolve) => {
    const opened = new WebSocket(`${api.replace("http", "ws")}/ws${query}`);
    opened.onopen = () => resolve("open");
    opened.onerror = () => resolve("refused");
  });
}

function form() {
  const frame = Object.assign(document.createElement("iframe"), { name: "out" });
  const sent = Object.assign(document.createElement("form"), {
    action: `${api}/profiles${query}`, method: "post", target: "out", enctype: "text/plain",
  });
  sent.append(
    Object.assign(document.createElement("input"), { name: '{"Name":"attack","Description":"', value: '"}' }),
  );
  document.body.append(frame, sent);
  return new Promise((resolve) => {
    frame.onload = () => resolve("sent");
    sent.submit();
  });
}

(async () => done({
  plain: await post("text/plain;x=application/json", { mode: "no-cors" }),
  json: await post("application/json", {}),
  read: await outcome(fetch(`${api}/info${query}`)),
  token: await outcome(fetch(`${api}/users/rocketskates/token${query}`)),
  blind: await outcome(fetch(`${api}/machines${query}`, { mode: "no-cors" })),
  beacon: navigator.sendBeacon(`${api}/profiles${query}`, new Blob([body], { type: "text/plain" })),
  form: await form(),
  socket: await socket(),
}))();
