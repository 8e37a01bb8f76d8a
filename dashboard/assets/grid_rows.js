// Rows of large grids: fetched from the address in data-rows (the browser asks with its ETag), filtered here by data-keep.
(function () {
  "use strict";
  function isKept(row, keep) {
    return Object.keys(keep).every(function (name) { return !keep[name] || row.keep[name] === keep[name]; });
  }
  function fill(box) {
    var wanted = box.dataset.rows + box.dataset.keep;
    if (box.dataset.filled === wanted) { return; }
    box.dataset.filled = wanted;
    var keep = JSON.parse(box.dataset.keep || "{}"), id = box.querySelector("[id^='grid-']");
    Promise.all([
      window.fetch(box.dataset.rows, { headers: { Accept: "application/json" } }).then(function (response) {
        if (!response.ok) { throw new Error("rows: " + response.status); }
        return response.json();
      }),
      window.dash_ag_grid.getApiAsync(box.dataset.grid || (id && id.id))
    ]).then(function (found) {
      if (box.dataset.filled !== wanted) { return; }
      var rows = found[0].filter(function (row) { return isKept(row, keep); });
      rows.forEach(function (row, i) { row.rank = i + 1; });
      found[1].setGridOption("rowData", rows);
    }, function () {
      delete box.dataset.filled;
      var note = document.createElement("p");
      note.setAttribute("role", "alert");
      note.className = "notice notice-error";
      note.textContent = "The rows could not be fetched. Reload the page to try again.";
      box.prepend(note);
    });
  }
  new MutationObserver(function () { document.querySelectorAll("[data-rows]").forEach(fill); })
    .observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-rows", "data-keep"] });
})();
