import Diagnostics
import Timekeeping

/// Reads the whole file, section by section; each reports what is wrong with it and goes on.
struct SettingsReader {
    let input: SettingsInput
    let report: SettingsReport
    let overrides: SettingsOverrides

    /// How many connections and receivers one process serves.
    static let nameLimit = 100

    mutating func read(_ section: Section, _ settings: inout Settings) {
        section.check(keys: [
            "store", "rules", "policies", "connections", "receivers", "networks", "geo", "web", "log",
            "limits",
        ])
        let folder = self.folder
        if let store = section.text("store") { settings.store = Self.path(store, folder) }
        if let rules = section.texts("rules") { settings.rules = rules.map { Self.path($0, folder) } }
        if let policies = section.texts("policies") { settings.policies = policies.map { Self.path($0, folder) } }
        readGeo(section.section("geo"), &settings.geo)
        settings.web = readWeb(section.section("web"))
        readLog(section.section("log"), &settings.log)
        readLimits(section.section("limits"), &settings.limits)
        settings.networks = readNetworks(section.section("networks"))
        let secrets = SecretReader(input: input, report: report, folder: folder)
        var names: [String: Span] = [:]
        let connections = ConnectionReader(report: report, secrets: secrets, folder: folder)
        settings.connections = section.sections("connections").compactMap { item in
            connections.read(item, &names)
        }
        names = [:]
        let receivers = ReceiverReader(report: report, secrets: secrets, folder: folder)
        settings.receivers = section.sections("receivers").compactMap { receivers.read($0, &names) }
        for (key, count) in [("connections", settings.connections.count), ("receivers", settings.receivers.count)]
        where count > Self.nameLimit {
            report.error(
                .badValue, "`\(key)` has \(count) entries, and \(Self.nameLimit) is the limit", section.source,
                section.place(key) ?? section.span)
        }
    }

    /// The folder of the settings file with a slash at its end; empty for the working folder.
    private var folder: String {
        guard let name = input.file?.name, let slash = name.lastIndex(of: "/") else { return "" }
        return String(name[...slash])
    }

    /// A path of the file is relative to the file's folder, one of a flag or variable to the working folder.
    static func path(_ text: Located<String>, _ folder: String) -> String {
        text.isOverride || text.value.hasPrefix("/") ? text.value : folder + text.value
    }

    private func readGeo(_ section: Section, _ geo: inout GeoSettings) {
        section.check(keys: ["csv", "city", "asn", "anonymous"])
        let folder = self.folder
        geo.csv = section.text("csv").map { Self.path($0, folder) }
        geo.city = section.text("city").map { Self.path($0, folder) }
        geo.asn = section.text("asn").map { Self.path($0, folder) }
        geo.anonymous = section.text("anonymous").map { Self.path($0, folder) }
    }

    private func readWeb(_ section: Section) -> WebSettings? {
        section.check(keys: ["listen"])
        guard let listen = section.text("listen") else { return nil }
        guard let address = NetworkText.listenAddress(listen.value) else {
            report.error(
                .badValue, "`\(listen.value)` is no address to listen on", at: listen,
                help: "write it like `127.0.0.1:8321` or `[::1]:8321`")
            return nil
        }
        var web = WebSettings()
        (web.host, web.port) = address
        if !web.isLoopback {
            report.warning(
                .exposed, "other machines can reach the web server on `\(listen.value)`", at: listen,
                help: "listen on `127.0.0.1`, and put a proxy that asks who it is before it")
        }
        return web
    }

    private func readLog(_ section: Section, _ log: inout LogSettings) {
        section.check(keys: ["level", "format"])
        log.level = section.word("level") ?? log.level
        log.format = section.word("format") ?? log.format
    }

    private func readLimits(_ section: Section, _ limits: inout LimitSettings) {
        section.check(keys: LimitSettings.keys.map(\.name))
        for key in LimitSettings.keys { limits[keyPath: key.field] = section.number(key.name, key.bounds) }
    }

    private func readNetworks(_ section: Section) -> [NamedNetworkSettings] {
        section.names.map { name in
            if !NetworkText.isName(name.value) {
                report.error(
                    .badValue, "`\(name.value)` is no name for a network", at: name, help: NetworkText.nameHelp)
            }
            let ranges = (section.texts(name.value) ?? []).filter { range in
                guard let problem = NetworkText.problem(ofRange: range.value) else { return true }
                report.error(
                    .badValue, "`\(range.value)` is no network: \(problem)", at: range,
                    help: "write it like `192.0.2.0/24`, `2001:db8::/32` or `192.0.2.7`")
                return false
            }
            return NamedNetworkSettings(name: name.value, ranges: ranges.map(\.value))
        }
    }
}
