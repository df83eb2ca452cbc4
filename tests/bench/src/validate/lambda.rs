//! One start of a hook as Lambda does it: when it asked for its first event, when its verdict came, how much memory it had taken.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Hook, world};
use crate::error::BenchError;
use crate::machine::as_f64;

const LIMIT: Duration = Duration::from_mins(1);

#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub asked_ms: f64,
    pub verdict_ms: f64,
    /// Nothing where there is no `/proc`.
    pub peak_rss_bytes: Option<u64>,
}

/// What the server saw.
#[derive(Debug, PartialEq, Eq)]
enum Signal {
    Asked,
    Verdict(String),
}

/// A request, as far as the server needs it.
pub struct Request {
    pub method: String,
    pub path: String,
    pub target: Option<String>,
    pub body: String,
}

pub fn start(hook: &Hook) -> Result<Sample, BenchError> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(BenchError::io("open a port"))?;
    let port = listener.local_addr().map_err(BenchError::io("open a port"))?.port();
    let (sender, signals) = mpsc::channel();
    let given = Arc::new(Mutex::new(false));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (sender, given) = (sender.clone(), Arc::clone(&given));
            // A hook that goes away mid-answer is its own business.
            std::thread::spawn(move || serve(&stream, port, &sender, &given).ok());
        }
    });
    let Some((program, arguments)) = hook.command.split_first() else {
        return Err(BenchError::Companion("hook"));
    };
    let started = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(world::environment(port))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(BenchError::io(format!("start {}", hook.name)))?;
    let mut child = Ended(child);
    let wait = |wanted: fn(&Signal) -> bool| -> Result<(Signal, f64), BenchError> {
        loop {
            let signal =
                signals.recv_timeout(LIMIT).map_err(|_| failed(hook, "it said nothing for a minute"))?;
            if wanted(&signal) {
                return Ok((signal, started.elapsed().as_secs_f64() * 1_000.0));
            }
        }
    };
    let (_, asked_ms) = wait(|signal| *signal == Signal::Asked)?;
    let (verdict, verdict_ms) = wait(|signal| matches!(signal, Signal::Verdict(_)))?;
    if verdict != Signal::Verdict("Succeeded".to_owned()) {
        return Err(failed(hook, &format!("{verdict:?} instead of Succeeded")));
    }
    let peak_rss_bytes = peak_rss_bytes(&child.0);
    child.end();
    Ok(Sample { asked_ms, verdict_ms, peak_rss_bytes })
}

fn failed(hook: &Hook, output: &str) -> BenchError {
    BenchError::ToolFailed {
        tool: hook.name.to_owned(),
        scenario: "one event".to_owned(),
        exit: "no verdict".to_owned(),
        output: output.to_owned(),
    }
}

/// Ends the hook, whatever happens.
struct Ended(Child);

impl Ended {
    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.end();
    }
}

/// `VmHWM` begins anew with every program, unlike what `wait4` tells.
fn peak_rss_bytes(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().split(' ').next()?.parse::<u64>().ok()? * 1024)
}

fn serve(
    stream: &TcpStream,
    port: u16,
    signals: &mpsc::Sender<Signal>,
    given: &Mutex<bool>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let mut headers = String::new();
        let body = if request.path.ends_with("/invocation/next") {
            let _ = signals.send(Signal::Asked);
            if std::mem::replace(&mut *given.lock().unwrap_or_else(PoisonError::into_inner), true) {
                std::thread::sleep(LIMIT);
            }
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            headers = format!(
                "lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: {}\r\nlambda-runtime-invoked-function-arn: arn:f\r\n",
                (now + Duration::from_mins(15)).as_millis()
            );
            world::EVENT.to_owned()
        } else if request
            .target
            .as_deref()
            .is_some_and(|it| it.ends_with(".PutLifecycleEventHookExecutionStatus"))
        {
            let word = if request.body.contains("Succeeded") { "Succeeded" } else { "Failed" };
            let _ = signals.send(Signal::Verdict(word.to_owned()));
            world::PUT.to_owned()
        } else {
            world::HEADERS.clone_into(&mut headers);
            world::answer(&request, port)
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
        let mut stream = stream;
        stream.write_all(format!("{head}{body}").as_bytes())?;
    }
    Ok(())
}

fn read(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut length, mut target) = (0, None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "x-amz-target" => target = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { method, path, target, body: String::from_utf8_lossy(&body).into_owned() }))
}

/// In megabytes, for tables.
pub fn megabytes(bytes: u64) -> f64 {
    as_f64(bytes) / 1e6
}
