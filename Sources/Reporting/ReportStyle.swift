/// The style sheet of the HTML form: light and dark, on paper and on a phone, without anything from elsewhere.
enum ReportStyle {
    /// What the page's content security policy allows; ReportHTMLTests say what it must be when the sheet changes.
    static let hash = "sha256-P0Cu8hcNtnSaFjj8e388CDGaKpD0YhD446tWvALs/Jk="

    static let sheet: StaticString = """
        :root{color-scheme:light dark;--page:#fff;--panel:#f4f6f8;--line:#cfd6dd;--text:#1a1d21;--soft:#4f5963;\
        --link:#0b57a4;--good:#146c2e;--bad:#a3160f;--doubt:#7a4b00}
        @media (prefers-color-scheme:dark){:root{--page:#14171a;--panel:#1e2327;--line:#3b444c;--text:#e8ebee;\
        --soft:#aab4bd;--link:#8ec2ff;--good:#7fd99a;--bad:#ff9d94;--doubt:#f0bd66}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,"Segoe UI",Roboto,\
        "DejaVu Sans",sans-serif;overflow-wrap:anywhere}
        header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
        header{padding-top:2rem}
        footer{color:var(--soft);border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem;\
        padding-bottom:2rem;font-size:.9rem}
        h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}
        h2{font-size:1.25rem;margin:2.5rem 0 .75rem}
        h3{font-size:1rem;margin:0;display:inline;font-weight:600}
        p{margin:.4rem 0}
        a{color:var(--link)}
        code{font:.875em/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
        .soft{color:var(--soft)}
        .statement{font-size:1.15rem;font-weight:600;border-left:.35rem solid var(--soft);padding:.6rem 1rem;\
        background:var(--panel);margin:1.25rem 0}
        .statement p{font-size:1rem;font-weight:400}
        .statement.pass{border-color:var(--good)}
        .statement.fail{border-color:var(--bad)}
        .statement.unknown,.statement.error{border-color:var(--doubt)}
        .cards{list-style:none;display:flex;flex-wrap:wrap;gap:.75rem;margin:0;padding:0}
        .cards li{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1rem;\
        min-width:7rem}
        .cards b{display:block;font-size:1.6rem;line-height:1.2}
        .badge{display:inline-block;border-radius:.3rem;padding:.05rem .5rem;font-size:.8rem;font-weight:600;\
        color:#fff;background:#55606b;white-space:nowrap}
        .badge.critical{background:#7a0019}
        .badge.high{background:#b92d1b}
        .badge.medium{background:#855400}
        .badge.low{background:#1c5a93}
        .state{font-weight:600}
        .state.pass{color:var(--good)}
        .state.fail{color:var(--bad)}
        .state.unknown,.state.error,.state.none{color:var(--doubt)}
        details{border:1px solid var(--line);border-radius:.5rem;margin:.75rem 0;background:var(--panel)}
        summary{padding:.6rem 1rem;cursor:pointer}
        summary .count{color:var(--soft);margin-left:.5rem;white-space:nowrap}
        .inside{padding:.25rem 1rem .75rem;border-top:1px solid var(--line);background:var(--page);\
        border-radius:0 0 .5rem .5rem}
        table{border-collapse:collapse;width:100%;margin:.5rem 0;font-size:.925rem}
        caption{text-align:left;color:var(--soft);padding:.25rem 0}
        th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
        thead th{color:var(--soft);font-weight:600;border-bottom-width:2px}
        tbody th{font-weight:600}
        .number{text-align:right;font-variant-numeric:tabular-nums;padding-right:1.25rem}
        .subject{min-width:14rem}
        .time{white-space:nowrap;font-variant-numeric:tabular-nums}
        .evidence{list-style:none;margin:0;padding:0}
        .evidence span{color:var(--soft)}
        ul.plain{padding-left:1.25rem;margin:.5rem 0}
        @media (max-width:44rem){
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table,caption,tbody,tr,th,td{display:block}
        tbody tr{padding:.6rem 0;border-bottom:1px solid var(--line)}
        th,td{border:0;padding:.1rem 0}
        .number{text-align:left}
        .subject{min-width:0}
        td[data-label]:before{content:attr(data-label) " ";color:var(--soft)}
        .cards li{min-width:0;flex:1 1 6rem}
        }
        @media print{
        :root{color-scheme:light;--page:#fff;--panel:#fff;--text:#000;--soft:#333}
        body{font-size:10pt}
        details::details-content{content-visibility:visible;height:auto}
        tr,summary{break-inside:avoid}
        h2{break-after:avoid}
        .badge{print-color-adjust:exact}
        a{color:inherit;text-decoration:none}
        }
        """
}
