//! Build systems that run certgrab first.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::support::{
    Pki, Server, certgrab, real,
    yaml::{steps, yaml},
};

/// A project with a manifest and a lock, and without constants.
fn project() -> Pki {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{}\"\nroots = '{}'\n\
         lock = \"certs/plc.pem\"\nname = \"ROOT_CA\"\nemit = {{ c = \"include/root_ca.h\" }}\n",
        server.address(),
        pki.root_file().display()
    );
    fs::write(pki.file("certgrab.toml"), manifest).unwrap();
    certgrab().args(["sync", "--quiet"]).in_folder(pki.folder()).succeeds();
    fs::remove_file(pki.file("include/root_ca.h")).unwrap();
    let source = "#include <stdio.h>\n#include \"include/root_ca.h\"\n\
                  int main(void) { printf(\"%s %d\", ROOT_CA_HOST, (int)ROOT_CA_PORT); return 0; }\n";
    fs::write(pki.file("main.c"), source).unwrap();
    pki
}

fn integrate(pki: &Pki, with: &str) {
    certgrab().args(["integrate", with, "--quiet"]).in_folder(pki.folder()).succeeds();
}

/// A program with this certgrab first in its path.
fn program(name: &str, folder: &Path) -> Command {
    let own = PathBuf::from(env!("CARGO_BIN_EXE_certgrab"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(own.parent().unwrap().to_owned());
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(name);
    command.current_dir(folder).env("PATH", path);
    command
}

#[track_caller]
fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&both));
    output
}

/// Builds the project with CMake; `built` prints its constants.
fn builds_by_cmake(pki: &Pki, built: &str) {
    succeeds(program("cmake", pki.folder()).args(["-B", "build", "-G", "Unix Makefiles"]));
    succeeds(program("cmake", pki.folder()).args(["--build", "build"]));
    prints_its_constants(pki, built);
}

/// Runs `built`, which prints the host and the port.
fn prints_its_constants(pki: &Pki, built: &str) {
    let ran = succeeds(&mut Command::new(pki.file(built)));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "plc.test 8883");
}

#[test]
fn cmake_generates_the_constants_before_compiling() {
    if !real::program("cmake") || !real::program("make") {
        return;
    }
    let pki = project();
    integrate(&pki, "cmake");
    let lists = "cmake_minimum_required(VERSION 3.16)\nproject(firmware C)\n\
                 include(certgrab.cmake)\nadd_executable(firmware main.c)\n\
                 certgrab_constants(firmware)\n";
    fs::write(pki.file("CMakeLists.txt"), lists).unwrap();
    builds_by_cmake(&pki, "build/firmware");
}

#[test]
fn cmake_generates_the_constants_of_an_esp_idf_component() {
    if !real::program("cmake") || !real::program("make") {
        return;
    }
    let pki = project();
    integrate(&pki, "cmake");
    // ESP-IDF reads main/CMakeLists.txt from a separate folder, once early for the requirements only.
    fs::create_dir(pki.file("main")).unwrap();
    fs::rename(pki.file("main.c"), pki.file("main/main.c")).unwrap();
    let text = fs::read_to_string(pki.file("certgrab.cmake")).unwrap();
    let lines = text.lines().skip_while(|line| !line.contains("idf_component_register"));
    let said =
        lines.map(|line| line.trim_start_matches("# ")).filter(|line| line.starts_with("  "));
    let said: Vec<_> = said.map(|line| line.trim().to_owned() + "\n").collect();
    let register = "add_executable(main main.c)\n\
                    target_include_directories(main PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include)\n\
                    set(COMPONENT_LIB main)\n";
    fs::write(pki.file("main/CMakeLists.txt"), format!("{register}{}", said[..2].concat()))
        .unwrap();
    let lists =
        "cmake_minimum_required(VERSION 3.16)\nproject(firmware C)\nadd_subdirectory(main)\n";
    fs::write(pki.file("CMakeLists.txt"), lists).unwrap();
    builds_by_cmake(&pki, "build/main/main");
}

#[test]
fn make_generates_the_constants_before_compiling() {
    if !real::program("make") || !real::program("cc") {
        return;
    }
    let pki = project();
    integrate(&pki, "make");
    let makefile = "firmware: certgrab main.c\n\tcc -o firmware main.c\n\ninclude certgrab.mk\n";
    fs::write(pki.file("Makefile"), makefile).unwrap();
    succeeds(program("make", pki.folder()).arg("firmware"));
    prints_its_constants(&pki, "firmware");
}

#[test]
fn the_platformio_script_generates_the_constants_or_fails() {
    if !real::program("python3") {
        return;
    }
    let pki = project();
    integrate(&pki, "platformio");
    // What PlatformIO provides to its scripts: `Import` puts `env` into their globals.
    let harness = "import os, sys\n\
                   class Env:\n    \
                       def subst(self, text): return text.replace('$PROJECT_DIR', os.getcwd())\n    \
                       def Exit(self, code): sys.exit(code)\n\
                   script = {}\n\
                   script['Import'] = lambda name: script.__setitem__(name, Env())\n\
                   exec(compile(open('certgrab_pre.py').read(), 'certgrab_pre.py', 'exec'), script)\n";
    fs::write(pki.file("harness.py"), harness).unwrap();
    succeeds(program("python3", pki.folder()).arg("harness.py"));
    assert!(pki.file("include/root_ca.h").is_file());

    fs::remove_file(pki.file("certs/plc.pem")).unwrap();
    let status = program("python3", pki.folder()).arg("harness.py").output().unwrap().status;
    assert_eq!(status.code(), Some(4));

    // Without an installed certgrab the build fails and says what to install.
    let python =
        succeeds(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]));
    let output = Command::new(String::from_utf8_lossy(&python.stdout).trim())
        .arg("harness.py")
        .current_dir(pki.folder())
        .env("PATH", pki.folder())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "certgrab is not installed; install it with `pip install .` in its source, or `pip install certgrab` once a \
         release is published\n"
    );
}

/// A PlatformIO platform that compiles for this machine; the real ones come from a registry, which tests do not
/// contact.
const PLATFORM: [(&str, &str); 5] = [
    (
        "platform/platform.json",
        r#"{"name": "plain", "title": "Plain", "version": "1.0.0", "frameworks": {}, "packages": {"tool-scons": {}}}"#,
    ),
    (
        "platform/platform.py",
        "from platformio.public import PlatformBase\n\n\nclass PlainPlatform(PlatformBase):\n    pass\n",
    ),
    (
        "platform/boards/plain.json",
        r#"{"name": "plain", "build": {"core": "", "mcu": "plain"}, "frameworks": [], "vendor": "plain",
            "url": "https://example.com", "upload": {"maximum_ram_size": 1, "maximum_size": 1}}"#,
    ),
    (
        "platform/builder/main.py",
        "from SCons.Script import Default, DefaultEnvironment\n\n\
         env = DefaultEnvironment()\nenv.Replace(CC='gcc', LINK='gcc', PROGNAME='program')\n\
         Default(env.BuildProgram())\n",
    ),
    (
        "platformio.ini",
        "[env:native]\nplatform = file://platform\nboard = plain\n\
         extra_scripts = pre:certgrab_pre.py\nbuild_flags = -I.\n",
    ),
];

/// SCons as a PlatformIO package, if it is installed.
fn scons(packages: &Path) -> bool {
    let place = "import SCons; print(SCons.__path__[0], SCons.__version__)";
    let output = Command::new("python3").args(["-c", place]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let Some((place, version)) = said.trim().split_once(' ') else {
        real::skip("SCons");
        return false;
    };
    // PlatformIO 6.1.19 requires SCons 4.8.1 under the package version 4.40801.0.
    let numbers: Vec<u32> = version.split('.').map(|one| one.parse().unwrap()).collect();
    let version = format!("4.4{:02}{:02}.0", numbers[1], numbers[2]);
    let tool = packages.join("tool-scons");
    fs::create_dir_all(&tool).unwrap();
    std::os::unix::fs::symlink(place, tool.join("SCons")).unwrap();
    let write = |name: &str, text: String| fs::write(tool.join(name), text).unwrap();
    write("scons.py", "from SCons.Script.Main import main\n\nmain()\n".to_owned());
    write(
        "package.json",
        format!(r#"{{"name": "tool-scons", "version": "{version}", "system": "*"}}"#),
    );
    write(
        ".piopm",
        format!(
            r#"{{"type": "tool", "name": "tool-scons", "version": "{version}", "spec": {{"owner": "platformio",
                "id": null, "name": "tool-scons", "requirements": null, "uri": null}}}}"#
        ),
    );
    true
}

#[test]
fn platformio_runs_the_script_before_compiling() {
    if !real::program("pio") || !real::program("gcc") {
        return;
    }
    let pki = project();
    let core = pki.file("core");
    if !scons(&core.join("packages")) {
        return;
    }
    integrate(&pki, "platformio");
    for (name, text) in PLATFORM {
        fs::create_dir_all(pki.file(name).parent().unwrap()).unwrap();
        fs::write(pki.file(name), text).unwrap();
    }
    fs::create_dir(pki.file("src")).unwrap();
    fs::rename(pki.file("main.c"), pki.file("src/main.c")).unwrap();
    let pio = || {
        let mut pio = program("pio", pki.folder());
        pio.arg("run").env("PLATFORMIO_CORE_DIR", &core);
        pio.env("PLATFORMIO_SETTING_ENABLE_TELEMETRY", "no").env("CI", "true");
        pio
    };
    succeeds(&mut pio());
    let ran = succeeds(&mut Command::new(pki.file(".pio/build/native/program")));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "plc.test 8883");

    // An unreadable lock fails the build even if constants of an earlier build exist.
    fs::write(pki.file("certs/plc.pem"), "# certgrab lock 1: cut off\n").unwrap();
    let output = pio().output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!output.status.success() && said.contains("certs/plc.pem"), "{said}");
}

#[test]
fn an_existing_different_file_is_kept() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| certgrab().args(arguments).in_folder(folder.path());
    run(&["integrate", "github-actions"])
        .succeeds()
        .stdout("")
        .stderr("certgrab: wrote ./.github/workflows/certgrab.yml\ncertgrab: next: commit it\n");
    let path = folder.path().join(".github/workflows/certgrab.yml");
    fs::write(&path, "mine").unwrap();
    run(&["integrate", "github-actions"]).fails_with(4).stderr(
        "certgrab: error: ./.github/workflows/certgrab.yml exists and differs\n\
         certgrab: hint: add the lines by hand, or overwrite it with `--force`\n",
    );
    run(&["integrate", "github-actions", "--force"]).succeeds();
    assert!(fs::read_to_string(path).unwrap().contains("certgrab check"));
}

#[test]
fn the_workflow_checks_every_night_and_shows_the_findings() {
    let folder = tempfile::TempDir::new().unwrap();
    certgrab().args(["integrate", "github-actions", "-q"]).in_folder(folder.path()).succeeds();
    let path = folder.path().join(".github/workflows/certgrab.yml");
    let Some(workflow) = yaml(&path) else { return };
    let cron = workflow["on"]["schedule"][0]["cron"].as_str().unwrap();
    assert_eq!(cron.split(' ').count(), 5, "{cron}");
    assert_eq!(workflow["permissions"]["contents"], "read");
    assert_eq!(workflow["permissions"]["security-events"], "write");
    let steps = steps(&workflow);
    let check = steps.iter().position(|step| {
        step["run"].as_str().is_some_and(|run| run.starts_with("certgrab check "))
    });
    let upload = steps
        .iter()
        .position(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("/upload-sarif@")));
    assert!(check.is_some() && check < upload);
    let (check, upload) = (&steps[check.unwrap()], &steps[upload.unwrap()]);
    let file = upload["with"]["sarif_file"].as_str().unwrap();
    assert!(check["run"].as_str().unwrap().contains(&format!("--report sarif={file}")));
    assert!(upload["if"].as_str().unwrap().starts_with("always()"));

    // The step itself, without findings and with one.
    let pki = project();
    certgrab().args(["sync", "--quiet", "--locked"]).in_folder(pki.folder()).succeeds();
    let run = || {
        let mut words = check["run"].as_str().unwrap().split(' ');
        program(words.next().unwrap(), pki.folder()).args(words).output().unwrap().status.code()
    };
    // The server ended with its `project`: no server answers.
    assert_eq!(run(), Some(3));
    assert!(pki.file(file).is_file());
}

#[test]
fn the_hook_refuses_a_commit_with_a_stale_file() {
    let pki = project();
    integrate(&pki, "pre-commit");
    let Some(config) = yaml(&pki.file(".pre-commit-config.yaml")) else { return };
    let hook = &config["repos"][0]["hooks"][0];
    assert_eq!(config["repos"][0]["repo"], "local");
    assert!(hook["id"].is_string() && hook["name"].is_string());
    assert_eq!(
        (&hook["language"], &hook["pass_filenames"], &hook["always_run"]),
        (&"system".into(), &"false".into(), &"true".into())
    );
    let run = || {
        let mut words = hook["entry"].as_str().unwrap().split(' ');
        program(words.next().unwrap(), pki.folder()).args(words).output().unwrap().status.code()
    };
    certgrab().args(["sync", "--quiet", "--locked"]).in_folder(pki.folder()).succeeds();
    assert_eq!(run(), Some(0));
    let header = fs::read_to_string(pki.file("include/root_ca.h")).unwrap();
    fs::write(pki.file("include/root_ca.h"), header.replace("8883", "8884")).unwrap();
    assert_eq!(run(), Some(5));
}
