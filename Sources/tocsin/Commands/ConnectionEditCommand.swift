import ArgumentParser
import Diagnostics
import Foundation
import Settings

/// `tocsin connection add`: writes a connection into the settings file.
struct ConnectionAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Adds a connection to the settings file, which keeps all its other lines.",
        discussion: """
            A secret is never an argument: name a file of mode 0600 or a variable that has it. Where neither is named, \
            it is looked for in TOCSIN_<NAME>_CLIENT_SECRET and in $CREDENTIALS_DIRECTORY/<name>_client_secret.
            """)

    @Argument(help: "A name of your choice: small letters, digits, - and _.")
    var name: String

    @Option(help: "The first part of the address people sign in at: acme of acme.onelogin.com.")
    var subdomain: String

    @Option(help: "us or eu; only for accounts without a host of their own.")
    var region: String?

    @Option(help: "Another address than the subdomain gives, such as a simulator's.")
    var url: String?

    @Option(help: "The client id; it is no secret.")
    var clientID: String?

    @Option(help: "A file with the client id.")
    var clientIDFile: String?

    @Option(help: "A variable with the client id.")
    var clientIDEnv: String?

    @Option(help: "A file with the client secret.")
    var clientSecretFile: String?

    @Option(help: "A variable with the client secret.")
    var clientSecretEnv: String?

    @Option(help: "A PEM file of certificate authorities that are trusted instead of the system's.")
    var caFile: String?

    @Option(help: "A CONNECT proxy on the way out, such as http://proxy.corp.example:3128.")
    var proxy: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if [clientID, clientIDFile, clientIDEnv].compactMap({ $0 }).count > 1 {
            throw ValidationError("give one of --client-id, --client-id-file and --client-id-env")
        }
        if clientSecretFile != nil, clientSecretEnv != nil {
            throw ValidationError("give one of --client-secret-file and --client-secret-env")
        }
    }

    func run() async throws {
        var connection = SettingsEdit.NewConnection(name: name, subdomain: subdomain)
        connection.region = region
        connection.url = url
        let id = [("client_id", clientID), ("client_id_file", clientIDFile), ("client_id_env", clientIDEnv)]
        connection.clientID = id.lazy.compactMap { pair in pair.1.map { (pair.0, $0) } }.first
        let secret = [("client_secret_file", clientSecretFile), ("client_secret_env", clientSecretEnv)]
        connection.clientSecret = secret.lazy.compactMap { pair in pair.1.map { (pair.0, $0) } }.first
        connection.caFile = caFile
        connection.proxy = proxy
        let file = try SettingsFileOnDisk(common)
        try file.edit { edit throws(SettingsEdit.Problem) in try edit.adding(connection) }
        Terminal.writeError("added `\(name)` to \(file.path); try it with `tocsin connection test \(name)`")
    }
}

/// `tocsin connection remove`: takes a connection out of the settings file.
struct ConnectionRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Takes a connection out of the settings file; what is in the store stays there.")

    @Argument(help: "The connection's name.")
    var name: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let file = try SettingsFileOnDisk(common)
        try file.edit { edit throws(SettingsEdit.Problem) in try edit.removing(name) }
        Terminal.writeError("removed `\(name)` from \(file.path); its facts and alerts stay in the store")
    }
}

/// The settings file as it is on disk, for editing.
struct SettingsFileOnDisk {
    let path: String
    private let text: String

    init(_ common: CommonOptions) throws {
        let environment = SettingsInput.processEnvironment()
        path = common.config ?? environment["TOCSIN_SETTINGS"] ?? SettingsLoader.defaultFile
        guard FileManager.default.fileExists(atPath: path) else {
            text = ""
            return
        }
        guard let bytes = FileManager.default.contents(atPath: path),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            Terminal.writeError("error: `\(path)` cannot be read\n  = help: check that this user may read it")
            throw Outcome.usage.exit
        }
        self.text = text
    }

    /// Writes what `change` makes of the file, in one step: a reader sees the old text or the new one.
    func edit(_ change: (SettingsEdit) throws(SettingsEdit.Problem) -> String) throws {
        let edit = SettingsEdit(SourceText(name: path, text: text), environment: SettingsInput.processEnvironment())
        let changed: String
        do throws(SettingsEdit.Problem) {
            changed = try change(edit)
        } catch {
            Terminal.writeError("error: \(Self.words(error))")
            throw Outcome.usage.exit
        }
        let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        do {
            try Data(changed.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: mode ?? 0o600], ofItemAtPath: path)
        } catch {
            Terminal.writeError(
                "error: `\(path)` cannot be written\n  = help: check that this user may write it and its folder")
            throw Outcome.usage.exit
        }
    }

    private static func words(_ problem: SettingsEdit.Problem) -> String {
        switch problem {
        case .nameTaken(let name):
            "there is a connection `\(name)` already\n  = help: choose another name, or remove it first"
        case .noSuchConnection(let name, let known):
            "there is no connection `\(name)`\n  = help: there are \(known.joined(separator: ", "))"
        case .notALineEach:
            "`connections` is written in one line\n  = help: edit the file by hand, or write the list line by line"
        case .refused(let reason):
            "the settings would not be good: \(reason)\n  = help: nothing was changed; see `tocsin check-config`"
        }
    }
}
