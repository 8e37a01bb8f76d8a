// The drop zone: one POST per file, the body is the file; progress is what the network and the server say, nothing invented.
(function () {
  "use strict";
  function element(tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    (children || []).forEach(function (child) { node.append(child); });
    return node;
  }
  function size(bytes) { return bytes >= 1e6 ? (bytes / 1e6).toFixed(bytes >= 1e8 ? 0 : 1) + " MB" : Math.max(1, Math.round(bytes / 1e3)) + " KB"; }
  function token() {
    var found = document.cookie.match(/(?:^|; )_csrf_token=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : "";
  }
  function go(address) {
    history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }
  function send(zone, file, kind, say) {
    return new Promise(function (resolve) {
      if (file.size > Number(zone.dataset.maxBytes)) {
        say.fail(file.name + " has " + size(file.size) + "; files up to " + size(Number(zone.dataset.maxBytes)) + " are received. Split it by period.");
        return resolve(null);
      }
      var request = new XMLHttpRequest(), done = 0, last = null;
      request.open("POST", zone.dataset.route + "?filename=" + encodeURIComponent(file.name) + (kind ? "&kind=" + encodeURIComponent(kind) : ""));
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = function (event) {
        if (event.lengthComputable) { say.part("Sending " + file.name + ", " + size(event.loaded) + " of " + size(event.total), event.loaded / event.total); }
      };
      request.upload.onload = function () { say.part("Sent " + file.name + "; the server keeps it", null); };
      function read() {
        var lines = request.responseText.slice(done).split("\n");
        lines.slice(0, -1).forEach(function (line) {
          done += line.length + 1;
          last = JSON.parse(line);
          if (last.stage === "received") { say.part("Received, SHA-256 " + last.sha256.slice(0, 8) + "…; checking every row", null); }
          if (last.stage === "checking") { say.part("Checking every row of " + file.name + ", " + last.seconds + " s", null); }
        });
      }
      request.onprogress = function () { if (request.status === 200) { read(); } };
      request.onload = function () {
        if (request.status === 401) { location.assign("/sign-in?next=" + encodeURIComponent(location.pathname)); return resolve(null); }
        if (request.status === 200) { read(); }
        if (last && last.stage === "checked") { return resolve(last); }
        var message = last && last.message;
        if (!message) { try { message = JSON.parse(request.responseText).message; } catch (error) { message = "The file was not received (" + request.status + ")."; } }
        say.fail(message);
        resolve(null);
      };
      request.onerror = function () { say.fail("The connection broke while " + file.name + " was sent; nothing was changed. Try again."); resolve(null); };
      request.send(file);
    });
  }
  function build(zone) {
    zone.dataset.ready = "yes";
    var input = element("input", { type: "file", multiple: "", accept: ".csv,.tsv,.txt,.xlsx,.parquet", "class": "visually-hidden", id: "file-pick" });
    var select = element("select", { id: "file-kind", "class": "kind-select" }, [element("option", { value: "" }, ["found from the file"])]);
    JSON.parse(zone.dataset.kinds).forEach(function (kind) { select.append(element("option", { value: kind[0] }, [kind[1]])); });
    var words = element("p", {}, [element("strong", {}, ["Drop CSV, XLSX or Parquet files"]), " or ", element("label", { "class": "file-pick" }, ["choose files", input])]);
    var note = element("p", { "class": "muted" }, ["Up to " + size(Number(zone.dataset.maxBytes)) + " each. A file with an error changes nothing; nothing is posted until a second person approves, unless the policy says so."]);
    var contract = element("p", { "class": "muted" }, [element("label", { "for": "file-kind", "class": "kind-label" }, ["Contract "]), select]);
    var bar = element("progress", { max: "1", "aria-label": "Progress of the upload" }), text = element("p", {});
    var progress = element("div", { "class": "upload-progress", role: "status", "aria-live": "polite", hidden: "" }, [bar, text]);
    zone.append(element("span", { "class": "icon icon-upload", "aria-hidden": "true" }), words, note, contract, progress);
    var say = {
      part: function (message, share) {
        progress.hidden = false; bar.hidden = false; text.className = ""; text.textContent = message;
        if (share === null) { bar.removeAttribute("value"); } else { bar.value = share; }
      },
      fail: function (message) { progress.hidden = false; bar.hidden = true; text.className = "adverse"; text.textContent = message; },
      all: function (count) { bar.hidden = true; text.className = ""; text.textContent = count + " files received and checked; they are listed below."; }
    };
    var isBusy = false;
    function take(files) {
      if (isBusy || !files.length) { return; }
      isBusy = true;
      var results = [], kind = select.value;
      Array.from(files).reduce(function (before, file) {
        return before.then(function () { return send(zone, file, kind, say); }).then(function (result) { results.push(result); });
      }, Promise.resolve()).then(function () {
        isBusy = false; input.value = "";
        if (results.length === 1 && results[0]) { go(results[0].address); }
        else if (results.every(Boolean)) { say.all(results.length); setTimeout(function () { location.reload(); }, 1200); }
      });
    }
    input.addEventListener("change", function () { take(input.files); });
    ["dragenter", "dragover"].forEach(function (name) { zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("is-over"); }); });
    ["dragleave", "drop"].forEach(function (name) { zone.addEventListener(name, function () { zone.classList.remove("is-over"); }); });
    zone.addEventListener("drop", function (event) { event.preventDefault(); take(event.dataTransfer.files); });
  }
  ["dragover", "drop"].forEach(function (name) { window.addEventListener(name, function (event) { if (document.querySelector(".drop-zone")) { event.preventDefault(); } }); });
  new MutationObserver(function () { document.querySelectorAll(".drop-zone:not([data-ready])").forEach(build); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
