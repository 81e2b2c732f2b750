use std::collections::HashMap;

use anyhow::{Context, bail};
use uuid::Uuid;

use crate::{identity, images};

// --8<-- [start:authenticate]

pub type Images = images::RackspaceCloudServersImagesClient;

/// Exchanges an API key for a token and the compute endpoint of each region.
pub async fn sign_in(
    auth_url: &str,
    username: &str,
    api_key: &str,
) -> anyhow::Result<(String, HashMap<String, String>)> {
    let mut request = identity::CreateRackspaceTokenRequest::default();
    request.body.auth.rax_kskey_api_key_credentials = Some(identity::ApiKeyCredentials {
        username: username.into(),
        api_key: api_key.into(),
        ..Default::default()
    });
    let client = identity::SignInForRackspaceAndOpenStackCloudsClient::with_base_url(auth_url)?;
    let access = match client.create_rackspace_token(request).await? {
        identity::ApiResponse::Ok(answer) => answer.access,
        refused => bail!("sign-in: {refused:?}"),
    };
    let mut endpoints = HashMap::new();
    for service in access.service_catalog.unwrap_or_default() {
        if service.name.as_deref() == Some("cloudServersOpenStack") {
            for endpoint in service.endpoints.unwrap_or_default() {
                if let (Some(region), Some(url)) = (endpoint.region, endpoint.public_url) {
                    endpoints.insert(region, url);
                }
            }
        }
    }
    Ok((access.token.id, endpoints))
}

/// A client for one region's compute endpoint.
pub fn connect(endpoint: &str, token: &str) -> anyhow::Result<Images> {
    // A redirect would take the token to a host that nobody named.
    let stay = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    Ok(Images::with_client(endpoint, stay)?.with_token(token))
}

// --8<-- [end:authenticate]
// --8<-- [start:get]

/// Gets an image and says in a line what it is.
pub async fn describe(client: &Images, image_id: Uuid) -> anyhow::Result<String> {
    let request = images::GetImageRequest {
        path: images::GetImageRequestPath { image_id },
    };
    match client.get_image(request).await? {
        images::ApiResponse::Ok(answer) => {
            let image = answer.body.image;
            let size = image.os_ext_img_size_size.context("no size")?;
            Ok(format!(
                "{} {} {size}",
                image.name.unwrap_or_default(),
                image.status.unwrap_or_default()
            ))
        }
        images::ApiResponse::NotFound(answer) => bail!("no such image: {:?}", answer.body),
        images::ApiResponse::TooManyRequests(answer) => {
            bail!(
                "too many requests: again in {} s",
                answer.headers.retry_after.unwrap_or_default()
            )
        }
        other => bail!("{other:?}"),
    }
}

// --8<-- [end:get]
