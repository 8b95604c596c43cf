import Diagnostics
import HTTPTransport
import Timekeeping

/// Reads one entry of `connections`.
struct ConnectionReader {
    let report: SettingsReport
    let secrets: SecretReader
    let folder: String

    static let keys = [
        "name", "subdomain", "region", "url", "client_id", "client_id_file", "client_id_env", "client_secret_file",
        "client_secret_env", "ca_file", "proxy", "sync", "lateness", "super_users", "event_webhook", "actions",
    ]
    /// Actions an hour that settings may allow.
    static let actionsPerHour = 1...1000
    /// Posts a minute that settings may allow.
    static let postsPerMinute = 1...60_000

    func read(_ section: Section, _ names: inout [String: Span]) -> ConnectionSettings? {
        section.check(keys: Self.keys + ["client_secret"])
        let name = NetworkText.uniqueName(section, &names)
        let subdomain = readSubdomain(section)
        var connection = ConnectionSettings(name: name ?? "?", subdomain: subdomain ?? "?")
        connection.region = section.word("region") ?? .us
        connection.url = readURL(section)
        connection.caFile = section.text("ca_file").map { SettingsReader.path($0, folder) }
        connection.proxy = NetworkText.proxy(of: section)
        connection.lateness = section.span("lateness", .zero...(.hours(24))) ?? connection.lateness
        readSync(section.section("sync"), &connection.sync)
        readSuperUsers(section.section("super_users"), &connection.superUsers)
        guard let name, subdomain != nil else { return nil }
        connection.clientID = secrets.read(section, "client_id", owner: name, inlineIsFine: true)?.reveal()
        connection.clientSecret = secrets.read(section, "client_secret", owner: name, inlineIsFine: false)
        connection.eventWebhook = readEventWebhook(section, name)
        readActions(section.section("actions"), name, &connection.actions)
        return connection
    }

    private func readEventWebhook(_ section: Section, _ name: String) -> EventWebhookSettings? {
        guard section.place("event_webhook") != nil else { return nil }
        let section = section.section("event_webhook")
        section.check(keys: ["header", "token", "token_file", "token_env", "posts_per_minute"])
        var webhook = EventWebhookSettings()
        if let header = section.text("header") {
            if NetworkText.isHeaderName(header.value) {
                webhook.header = header.value
            } else {
                report.error(
                    .badValue, "`\(header.value)` is no name of a header", at: header,
                    help: "write it like `Authorization` or `X-Tocsin-Token`")
            }
        }
        webhook.postsPerMinute = section.number("posts_per_minute", Self.postsPerMinute) ?? webhook.postsPerMinute
        webhook.token = secrets.read(section, "token", owner: name + "_webhook", inlineIsFine: false)
        return webhook
    }

    private func readActions(_ section: Section, _ name: String, _ actions: inout ActionSettings) {
        section.check(keys: [
            "enabled", "client_id", "client_id_file", "client_id_env", "client_secret", "client_secret_file",
            "client_secret_env", "allow", "per_hour", "never",
        ])
        actions.isOn = section.truth("enabled") ?? false
        actions.allowed = section.texts("allow")?.map(\.value)
        actions.perHour = section.number("per_hour", Self.actionsPerHour) ?? actions.perHour
        actions.never = section.texts("never")?.map(\.value) ?? []
        guard actions.isOn else { return }
        let owner = name + "_actions"
        actions.clientID = secrets.read(section, "client_id", owner: owner, inlineIsFine: true)?.reveal()
        actions.clientSecret = secrets.read(section, "client_secret", owner: owner, inlineIsFine: false)
    }

    private func readSubdomain(_ section: Section) -> String? {
        guard
            let text = section.requiredText(
                "subdomain", help: "add `subdomain`, the first part of your OneLogin address")
        else { return nil }
        if let dot = text.value.firstIndex(of: ".") {
            report.error(
                .badValue, "`\(text.value)` is more than a subdomain", at: text,
                help: "write `\(text.value[..<dot].split(separator: "/").last ?? "")`")
            return nil
        }
        guard NetworkText.isLabel(text.value) else {
            report.error(
                .badValue, "`\(text.value)` is no subdomain", at: text,
                help: "it has letters, digits and hyphens, at most 63 of them")
            return nil
        }
        return text.value.lowercased()
    }

    private func readURL(_ section: Section) -> String? {
        guard let text = section.text("url") else { return nil }
        guard let url = NetworkText.URLParts(text.value) else {
            report.error(
                .badValue, "`\(text.value)` is no web address", at: text,
                help: "write it like `https://127.0.0.1:8080`")
            return nil
        }
        if !url.isEncrypted, !url.isLoopback {
            report.error(
                .exposed, "the client secret would travel in clear to `\(url.host)`", at: text, help: "use `https`")
        }
        var value = text.value
        while value.hasSuffix("/") { value.removeLast() }
        return value
    }

    private func readSync(_ section: Section, _ sync: inout SyncSettings) {
        section.check(keys: [
            "activities", "directory", "full_list", "factors", "groups", "roles", "apps", "privileges", "mappings",
            "history",
        ])
        sync.activities = section.span("activities", .seconds(1)...(.days(1))) ?? sync.activities
        sync.directory = section.span("directory", .seconds(1)...(.days(7))) ?? sync.directory
        sync.fullList = section.span("full_list", .minutes(15)...(.days(30))) ?? sync.fullList
        sync.factors = section.span("factors", .minutes(15)...(.days(30))) ?? sync.factors
        let collections = TimeSpan.seconds(1)...TimeSpan.days(30)
        sync.groups = section.span("groups", collections)
        sync.roles = section.span("roles", collections)
        sync.apps = section.span("apps", collections)
        sync.privileges = section.span("privileges", collections)
        sync.mappings = section.span("mappings", collections)
        sync.history = section.span("history", .hours(1)...(.days(400))) ?? sync.history
    }

    private func readSuperUsers(_ section: Section, _ superUsers: inout SuperUserSettings) {
        section.check(keys: ["users", "roles", "privileges", "attribute", "ledger"])
        superUsers.users = section.texts("users")?.map(\.value) ?? []
        superUsers.roles = section.texts("roles")?.map(\.value) ?? []
        superUsers.usesPrivileges = section.truth("privileges") ?? false
        if let names = section.texts("ledger")?.map(\.value), names != ["false"] {
            superUsers.ledger = names == ["true"] ? [] : names
        }
        guard section.place("attribute") != nil else { return }
        let attribute = section.section("attribute")
        attribute.check(keys: ["name", "values"])
        guard let name = attribute.requiredText("name", help: "name the custom attribute") else { return }
        let values = attribute.texts("values")?.map(\.value) ?? ["true"]
        superUsers.attribute = SuperUserSettings.Attribute(name: name.value, values: values)
    }
}
