//! Asks the sandbox for every vector with the generated clients, and writes what they report, a JSON object a line.
//! What a report holds, and how it is judged, is said in ../README.md.

#![deny(warnings)]

use std::{collections::HashMap, env, fs};

use anyhow::Context;
use polyglot::client::{Images, connect, describe, sign_in};
use polyglot::images::{
    AnyFaultOrBadMethodFaultOrBadRequestFaultOrComputeFaultOrConflictingRequestFaultOrForbiddenFaultOrItemNotFoundFaultOrOverLimitFaultOrServiceUnavailableFaultOrStringOrUnauthorizedFault as Body,
    ApiResponse, GetImageRequest, GetImageRequestPath, ListImagesDetailsRequest, WithHeaders,
    XComputeRequestIdAndXOpenstackRequestIdAndOpenStackApiVersionAndXOpenStackNovaApiVersionAndWwwAuthenticateAndAllowAndRetryAfterHeaders as Headers,
    XComputeRequestIdAndXOpenstackRequestIdAndOpenStackApiVersionAndXOpenStackNovaApiVersionHeaders as ImageHeaders,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Deserialize)]
struct Vector {
    name: String,
    image_id: Option<Uuid>,
    server: Option<String>,
    regions: Option<Vec<String>>,
    expect: Vec<Value>,
}

#[derive(Deserialize)]
struct Vectors {
    regions: Vec<String>,
    vectors: Vec<Vector>,
    lists: Vec<Vector>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let sandbox = arguments.next().context("no URL of a sandbox")?;
    let file = arguments.next().context("no file of vectors")?;
    let all: Vectors = serde_json::from_str(&fs::read_to_string(file)?)?;
    let (token, endpoints) = sign_in(
        &format!("{sandbox}/identity/v2.0"),
        "demo",
        "sandbox-api-key",
    )
    .await?;
    let mut clients = HashMap::new();
    for (region, endpoint) in endpoints {
        clients.insert(region, connect(&endpoint, &token)?);
    }
    let id = "e3d37ab2-8dc0-4000-b773-b15aad79ad0a".parse()?;
    println!("{}", describe(&clients["DFW"], id).await?);
    for vector in all.vectors.iter().chain(&all.lists) {
        for region in vector.regions.as_ref().unwrap_or(&all.regions) {
            for _ in &vector.expect {
                let mut report = ask(&clients[region], vector)
                    .await
                    .unwrap_or_else(|error| json!({"error": format!("{error:#}")}));
                report["vector"] = json!(vector.name);
                report["region"] = json!(region);
                println!("{report}");
            }
        }
    }
    Ok(())
}

async fn ask(client: &Images, vector: &Vector) -> anyhow::Result<Value> {
    if let Some(image_id) = vector.image_id {
        let request = GetImageRequest {
            path: GetImageRequestPath { image_id },
        };
        report(
            client.get_image(request).await?,
            |envelope| json!({"image": envelope.image}),
        )
    } else {
        let mut request = ListImagesDetailsRequest::default();
        request.query.server.clone_from(&vector.server);
        report(
            client.list_images_details(request).await?,
            |page| json!({"page": page}),
        )
    }
}

fn report<T: Serialize>(
    answer: ApiResponse<WithHeaders<ImageHeaders, T>, WithHeaders<Headers, Body>>,
    success: impl Fn(T) -> Value,
) -> anyhow::Result<Value> {
    let (status, failure) = match answer {
        ApiResponse::Ok(answer) => return Ok(with_status(200, success(answer.body))),
        ApiResponse::NonAuthoritativeInformation(answer) => {
            return Ok(with_status(203, success(answer.body)));
        }
        ApiResponse::Other(answer) => {
            let wait = answer
                .headers()
                .get("Retry-After")
                .and_then(|value| value.to_str().ok());
            return Ok(json!({"status": answer.status().as_u16(), "retry_after": wait}));
        }
        ApiResponse::BadRequest(failure) => (400, failure),
        ApiResponse::Unauthorized(failure) => (401, failure),
        ApiResponse::Forbidden(failure) => (403, failure),
        ApiResponse::NotFound(failure) => (404, failure),
        ApiResponse::MethodNotAllowed(failure) => (405, failure),
        ApiResponse::Conflict(failure) => (409, failure),
        ApiResponse::ContentTooLarge(failure) => (413, failure),
        ApiResponse::TooManyRequests(failure) => (429, failure),
        ApiResponse::InternalServerError(failure) => (500, failure),
        ApiResponse::ServiceUnavailable(failure) => (503, failure),
        ApiResponse::MultipleChoices(failure) => (300, failure),
        ApiResponse::Unknown(status, failure) => (status.as_u16(), failure),
    };
    let fault = match failure.body {
        Body::AnyFault(fault) => json!(fault),
        Body::BadMethodFault(fault) => json!(fault),
        Body::BadRequestFault(fault) => json!(fault),
        Body::ComputeFault(fault) => json!(fault),
        Body::ConflictingRequestFault(fault) => json!(fault),
        Body::ForbiddenFault(fault) => json!(fault),
        Body::ItemNotFoundFault(fault) => json!(fault),
        Body::OverLimitFault(fault) => json!(fault),
        Body::ServiceUnavailableFault(fault) => json!(fault),
        Body::UnauthorizedFault(fault) => json!(fault),
        Body::String(_) => Value::Null,
    };
    Ok(json!({"status": status, "fault": fault, "retry_after": failure.headers.retry_after}))
}

fn with_status(status: u16, mut report: Value) -> Value {
    report["status"] = json!(status);
    report
}
