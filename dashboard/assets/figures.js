// Downloads of a chart: picture with message, subtitle and footer; data as CSV in which no cell runs as a formula. A bar with an address opens it.
(function () {
  "use strict";
  function save(name, address) {
    var link = document.createElement("a");
    link.download = name;
    link.href = address;
    document.body.appendChild(link);
    link.click();
    link.remove();
  }
  function safeCell(value) {
    if (value === null || value === undefined) { return ""; }
    if (typeof value === "number") { return String(value); }
    var text = String(value);
    if (/^[=+\-@\t\r]/.test(text)) { text = "'" + text; }
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function csvOf(card, title) {
    var table = JSON.parse(card.dataset.table);
    var lines = [table.columns].concat(table.rows).map(function (row) { return row.map(safeCell).join(","); });
    lines.push("", safeCell(title), safeCell(card.dataset.subtitle), safeCell(card.dataset.footer));
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }
  function wrap(text, width) {
    var lines = [""];
    text.split(" ").forEach(function (word) {
      if ((lines[lines.length - 1] + " " + word).length > width) { lines.push(word); }
      else { lines[lines.length - 1] = (lines[lines.length - 1] + " " + word).trim(); }
    });
    return lines;
  }
  function escapeText(text) { return text.replace(/&/g, "&amp;").replace(/</g, "&lt;"); }
  function picture(card, graph, title, kind) {
    var heads = wrap(title, 84), feet = wrap(card.dataset.footer || "", 130);
    var height = graph.offsetHeight || 320, top = 34 + heads.length * 22, bottom = 26 + feet.length * 15;
    var layout = JSON.parse(JSON.stringify(graph.layout));
    layout.width = 920;
    layout.height = height + top + bottom;
    layout.margin = Object.assign({}, layout.margin, { t: ((layout.margin || {}).t || 0) + top, b: ((layout.margin || {}).b || 0) + bottom, l: Math.max(24, (layout.margin || {}).l || 0) });
    layout.annotations = (layout.annotations || []).concat([
      { xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom", yshift: 10, align: "left", showarrow: false, font: { size: 12 },
        text: '<span style="font-size:16px"><b>' + heads.map(escapeText).join("<br>") + "</b></span><br>" + escapeText(card.dataset.subtitle || "") },
      { xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "top", yshift: -34, align: "left", showarrow: false, font: { size: 10.5 },
        text: feet.map(escapeText).join("<br>") }
    ]);
    return window.Plotly.toImage({ data: graph.data, layout: layout }, { format: kind, width: layout.width, height: layout.height, scale: 2 });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-download]");
    if (!button) { return; }
    var card = button.closest(".figure-card");
    var title = card.querySelector(".card-title").textContent;
    var name = "tieout-" + card.dataset.figure + "." + button.dataset.download;
    if (button.dataset.download === "csv") {
      var address = URL.createObjectURL(new Blob([csvOf(card, title)], { type: "text/csv" }));
      save(name, address);
      setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
      return;
    }
    var graph = card.querySelector(".js-plotly-plot");
    if (graph && window.Plotly) { picture(card, graph, title, button.dataset.download).then(function (address) { save(name, address); }); }
  });
  // The second entry of a bar's customdata is the address of the rows behind it.
  function follow(graph) {
    if (graph.dataset.followed || !graph.on) { return; }
    graph.dataset.followed = "yes";
    graph.on("plotly_click", function (event) {
      var data = event.points[0].customdata;
      if (Array.isArray(data) && typeof data[1] === "string" && data[1].charAt(0) === "/") {
        history.pushState({}, "", data[1]);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
      }
    });
  }
  new MutationObserver(function () { document.querySelectorAll(".figure-card .js-plotly-plot").forEach(follow); })
    .observe(document.documentElement, { childList: true, subtree: true });
})();
